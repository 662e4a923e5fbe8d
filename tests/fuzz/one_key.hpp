#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/task/task.hpp>

#include <string>
#include <string_view>

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
