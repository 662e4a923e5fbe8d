#pragma once

#include <algorithm>
#include <chrono>

namespace envelint::io {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

/// The time at which something is given up, on the clock of the loop it runs on. It is passed down: what a task asks
/// of others must be done by the same time.
class Deadline {
 public:
  explicit Deadline(TimePoint time) noexcept : time_(time) {}
  [[nodiscard]] static Deadline never() noexcept { return Deadline(TimePoint::max()); }

  [[nodiscard]] TimePoint time() const noexcept { return time_; }
  [[nodiscard]] bool is_never() const noexcept { return time_ == TimePoint::max(); }
  [[nodiscard]] bool passed(TimePoint now) const noexcept { return now >= time_; }

  [[nodiscard]] friend Deadline earlier(Deadline a, Deadline b) noexcept {
    return Deadline(std::min(a.time_, b.time_));
  }

 private:
  TimePoint time_;
};

}  // namespace envelint::io
