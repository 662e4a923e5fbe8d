#include <support/catch.hpp>

#include <task/event.hpp>

#include <envelint/task/sync_wait.hpp>

#include <coroutine>
#include <optional>
#include <thread>

using envelint::task::sync_wait;
using envelint::task::Task;

namespace {

/// Suspends the awaiting coroutine and resumes it from a thread of its own, which may be quicker than the suspension.
class OnAnotherThread {
 public:
  explicit OnAnotherThread(std::optional<std::jthread>& thread) noexcept : thread_(thread) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const {
    thread_.emplace([waiting] { waiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  std::optional<std::jthread>& thread_;
};

Task<std::thread::id> ask(std::optional<std::jthread>* thread) {
  OnAnotherThread hop(*thread);
  co_await hop;
  co_return std::this_thread::get_id();
}

Task<bool> moved_threads(std::optional<std::jthread>* thread) {
  const auto before = std::this_thread::get_id();
  co_return co_await ask(thread) != before;
}

}  // namespace

TEST_CASE("sync_wait returns the result of a task that ends inline", "[task][sync_wait]") {
  const auto answer = []() -> Task<int> { co_return 42; };
  CHECK(sync_wait(answer()) == 42);
}

TEST_CASE("sync_wait sleeps until another thread has ended the task", "[task][sync_wait]") {
  for (int round = 0; round < 500; ++round) {
    std::optional<std::jthread> thread;
    REQUIRE(sync_wait(moved_threads(&thread)));
  }
}
