#pragma once

#include <envelint/task/task.hpp>

#include <atomic>
#include <cstddef>
#include <span>
#include <vector>

namespace envelint::task {

namespace detail {

/// Starts all tasks and suspends the awaiting coroutine until the last of them has ended. The count begins at one for
/// the starter itself, so that tasks that end while others are still being started do not resume it too early.
template <typename T>
class AllEnded {
 public:
  explicit AllEnded(std::span<Task<T>> tasks) noexcept : tasks_(tasks) {}

  [[nodiscard]] bool await_ready() const noexcept { return tasks_.empty(); }
  [[nodiscard]] bool await_suspend(std::coroutine_handle<> waiting) {
    waiting_ = waiting;
    pending_.store(tasks_.size() + 1, std::memory_order_relaxed);
    const Continuation ended{[](void* all) { static_cast<AllEnded*>(all)->one_ended(); }, this};
    for (Task<T>& task : tasks_) {
      if (!task.start(ended)) pending_.fetch_sub(1, std::memory_order_acq_rel);
    }
    return pending_.fetch_sub(1, std::memory_order_acq_rel) != 1;
  }
  void await_resume() const noexcept {}

 private:
  void one_ended() {
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) waiting_.resume();
  }

  std::span<Task<T>> tasks_;
  std::coroutine_handle<> waiting_;
  std::atomic<std::size_t> pending_ = 0;
};

}  // namespace detail

/// Starts all tasks in order, one after the other until each ends or suspends, and ends when the last has ended: the
/// way to have many questions under way at once. Results keep the order of the tasks, in whichever order they end.
/// If tasks throw, all are still run to their end, and the first exception in that order is thrown.
template <typename T>
Task<std::vector<T>> gather(std::vector<Task<T>> tasks) {
  detail::AllEnded<T> all_ended(tasks);
  co_await all_ended;
  std::vector<T> results;
  results.reserve(tasks.size());
  for (Task<T>& task : tasks) results.push_back(task.take());
  co_return results;
}

/// The same for tasks without a result.
inline Task<void> gather(std::vector<Task<void>> tasks) {
  detail::AllEnded<void> all_ended(tasks);
  co_await all_ended;
  for (Task<void>& task : tasks) task.take();
}

}  // namespace envelint::task
