#pragma once

#include <envelint/receiver/clerk.hpp>

#include <string_view>
#include <utility>
#include <vector>

namespace envelint::receiver {

/// Tells several observers, one after the other.
class Observers : public Observer {
 public:
  /// @param all  must outlive this
  explicit Observers(std::vector<Observer*> all) : all_(std::move(all)) {}

  void session_started(const smtp::SessionStart& start) override {
    for (Observer* one : all_) one->session_started(start);
  }
  void message(const Arrival& arrival) override {
    for (Observer* one : all_) one->message(arrival);
  }
  void message_refused(const Refusal& refusal) override {
    for (Observer* one : all_) one->message_refused(refusal);
  }
  void session_ended(const smtp::SessionEnd& end) override {
    for (Observer* one : all_) one->session_ended(end);
  }
  void trouble(std::string_view what) override {
    for (Observer* one : all_) one->trouble(what);
  }

 private:
  std::vector<Observer*> all_;
};

}  // namespace envelint::receiver
