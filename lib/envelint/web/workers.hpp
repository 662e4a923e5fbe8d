#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace envelint::web {

/// Threads for work that waits a lot. There are as many as are needed, and none when there is nothing to do.
class Workers {
 public:
  explicit Workers(std::size_t most) noexcept : most_(most) {}
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  /// Ends when all work is done.
  ~Workers();

  /// Has it done by a thread. Waits while all are busy: whoever brings more has to wait, too.
  /// @return false where the system has no thread for it, and then it is dropped
  [[nodiscard]] bool give(std::function<void()> work);

 private:
  void serve();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> given_;
  std::size_t threads_ = 0;
  std::size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace envelint::web
