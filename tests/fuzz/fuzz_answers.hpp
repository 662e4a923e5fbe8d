#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

/// DNS made of a fuzz input.

inline std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// Answers TXT from the input, and everything else by the length of the name asked for: an answer, nothing, or trouble.
class Answers : public envelint::dns::Resolver {
 public:
  explicit Answers(std::string_view rest) {
    while (!rest.empty()) {
      const std::string_view line = take_line(rest);
      const std::size_t space = line.find(' ');
      const auto name = envelint::dns::Name::parse(line.substr(0, space));
      if (name && space != std::string_view::npos) texts_.emplace(*name, line.substr(space + 1));
    }
  }

  envelint::task::Task<envelint::dns::Answer> query(envelint::dns::Query query) override {
    ++questions;
    envelint::dns::Answer answer = query.type == envelint::dns::Type::txt ? text_at(query.name) : other(query);
    co_return answer;
  }

  std::size_t questions = 0;

 private:
  envelint::dns::Answer text_at(const envelint::dns::Name& name) const {
    envelint::dns::Answer answer(envelint::dns::Answer::State::nxdomain);
    const auto [first, last] = texts_.equal_range(name);
    for (auto it = first; it != last; ++it) {
      answer.state = envelint::dns::Answer::State::records;
      answer.records.emplace_back(name, envelint::dns::Type::txt, 60, envelint::dns::Text(it->second));
    }
    return answer;
  }

  static envelint::dns::Answer other(const envelint::dns::Query& query) {
    const std::size_t size = query.name.wire().size();
    if (size % 7 == 0) return envelint::dns::Answer(envelint::dns::Trouble::timeout);
    if (size % 3 == 0) return envelint::dns::Answer(envelint::dns::Answer::State::nodata);
    envelint::dns::Answer answer(envelint::dns::Answer::State::records);
    for (std::size_t i = 0; i < size % 12; ++i) {
      const auto host = query.name.child("h").value_or(query.name);
      envelint::dns::Data data =
          envelint::net::Address::parse(query.type == envelint::dns::Type::aaaa ? "2001:db8::7" : "192.0.2.7").value();
      if (query.type == envelint::dns::Type::mx) data = envelint::dns::Mx{10, host};
      if (query.type == envelint::dns::Type::ptr) data = host;
      answer.records.emplace_back(query.name, query.type, 60, std::move(data));
    }
    return answer;
  }

  std::unordered_multimap<envelint::dns::Name, std::string> texts_;
};
