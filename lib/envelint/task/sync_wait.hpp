#pragma once

#include <envelint/task/task.hpp>

#include <condition_variable>
#include <mutex>

namespace envelint::task {

namespace detail {

class Signal {
 public:
  void raise() {
    const std::lock_guard lock(mutex_);  // notified under the lock: the waiter destroys the signal once it has it
    raised_ = true;
    condition_.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    condition_.wait(lock, [this] { return raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable condition_;
  bool raised_ = false;
};

}  // namespace detail

/// Runs a task on the calling thread and gives its result, or throws what it threw.
///
/// With a resolver that answers at once (zone file, cache, recording, fake) the task ends inline and nothing blocks.
/// Where it suspends, the calling thread sleeps until another thread has resumed it to its end: never call it on the
/// only thread that could do so.
template <typename T>
T sync_wait(Task<T> task) {
  detail::Signal ended;
  const detail::Continuation raise{[](void* signal) { static_cast<detail::Signal*>(signal)->raise(); }, &ended};
  if (task.start(raise)) ended.wait();
  return task.take();
}

}  // namespace envelint::task
