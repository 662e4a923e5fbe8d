#pragma once

#include <envelint/io/event_loop.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace envelint::io {

/// Hands things from other threads to the thread of a loop, as many at once as have come.
///
/// `put` is for every thread; all else for the loop's. Must outlive the runs of the loop.
template <typename T>
class Mailbox {
 public:
  /// @param arrived  a call that the loop makes when there is something to take
  Mailbox(EventLoop& loop, Call arrived) noexcept : loop_(&loop), arrived_(arrived) {}

  void put(T thing) {
    const std::lock_guard lock(mutex_);
    things_.push_back(std::move(thing));
    if (things_.size() == 1) loop_->post(arrived_);
  }

  /// What has come since the last call, in its order.
  [[nodiscard]] std::vector<T> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(things_, {});
  }

 private:
  EventLoop* loop_;
  Call arrived_;
  std::mutex mutex_;
  std::vector<T> things_;
};

}  // namespace envelint::io
