#pragma once

#include <fmt/core.h>

#include <chrono>
#include <string>

namespace envelint::inbox {

/// When a search has to have ended.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds time) : time_(time), end_(Clock::now() + time) {}

  [[nodiscard]] bool is_over() const { return Clock::now() >= end_; }
  [[nodiscard]] std::chrono::steady_clock::time_point end() const { return end_; }

  /// For a person who searched.
  [[nodiscard]] std::string words() const {
    return fmt::format(
        "the search takes more than {} ms; narrow it with one more term, as `after:2026-11-27` or a rarer word",
        time_.count());
  }

 private:
  using Clock = std::chrono::steady_clock;

  std::chrono::milliseconds time_;
  Clock::time_point end_;
};

}  // namespace envelint::inbox
