#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/task/task.hpp>

#include <algorithm>
#include <string>
#include <string_view>

/// An input: a key record on the first line, then a message.
struct KeyAndMessage {
  std::string_view key;
  std::string_view message;

  explicit KeyAndMessage(std::string_view input)
      : key(input.substr(0, input.find('\n'))), message(input.substr(std::min(key.size() + 1, input.size()))) {}
};

/// Has the same key record at every name.
class OneKey : public envelint::dns::Resolver {
 public:
  explicit OneKey(std::string_view record) : record_(record) {}

  envelint::task::Task<envelint::dns::Answer> query(envelint::dns::Query query) override {
    ++questions;
    envelint::dns::Answer answer(envelint::dns::Answer::State::records);
    answer.records.emplace_back(query.name, envelint::dns::Type::txt, 60U, envelint::dns::Text(record_));
    co_return answer;
  }

  std::size_t questions = 0;

 private:
  std::string record_;
};
