#include <support/catch.hpp>

#include <task/event.hpp>

#include <envelint/task/gather.hpp>
#include <envelint/task/sync_wait.hpp>

#include <array>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using envelint::task::gather;
using envelint::task::sync_wait;
using envelint::task::Task;

namespace {

Task<std::unique_ptr<int>> number_after(Event* event, int number) {
  co_await *event;
  co_return std::make_unique<int>(number);
}

Task<void> count_after(Event* event, int* count) {
  co_await *event;
  ++*count;
}

Task<void> fails_after(Event* event, std::string why) {
  co_await *event;
  throw std::runtime_error(why);
}

Task<std::vector<int>> numbers(std::array<Event, 3>* events) {
  std::vector<Task<std::unique_ptr<int>>> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(number_after(&events->at(static_cast<std::size_t>(i)), i));
  auto boxes = co_await gather(std::move(tasks));
  std::vector<int> out;
  for (const auto& box : boxes) out.push_back(*box);
  co_return out;
}

Task<int> twice(int number) { co_return 2 * number; }

/// Resumes the awaiting coroutine on a thread kept in a list.
class Hop {
 public:
  explicit Hop(std::deque<std::jthread>& threads) noexcept : threads_(threads) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) const {
    threads_.emplace_back([waiting] { waiting.resume(); });
  }
  void await_resume() const noexcept {}

 private:
  std::deque<std::jthread>& threads_;
};

Task<int> hopping(std::deque<std::jthread>* threads, int number) {
  Hop hop(*threads);
  co_await hop;
  co_return number;
}

bool start(auto& task, bool& ended) {
  return task.start({[](void* flag) { *static_cast<bool*>(flag) = true; }, &ended});
}

}  // namespace

TEST_CASE("gather gives results in the order of the tasks, whichever ends first", "[task][gather]") {
  std::array<Event, 3> events;
  bool ended = false;
  auto task = numbers(&events);
  REQUIRE(start(task, ended));
  for (Event& event : events) CHECK(event.awaited());  // all are under way at once
  events[2].set();
  events[0].set();
  CHECK_FALSE(ended);
  events[1].set();
  REQUIRE(ended);
  CHECK(task.take() == std::vector{0, 1, 2});
}

TEST_CASE("gather ends inline when all tasks do", "[task][gather]") {
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 100'000; ++i) tasks.push_back(twice(i));
  const auto results = sync_wait(gather(std::move(tasks)));
  REQUIRE(results.size() == 100'000);
  CHECK(results[99'999] == 199'998);
}

TEST_CASE("gathering nothing gives nothing", "[task][gather]") {
  CHECK(sync_wait(gather(std::vector<Task<int>>{})).empty());
}

TEST_CASE("gather runs every task to its end and throws the first exception in their order", "[task][gather]") {
  Event now;
  now.set();
  int count = 0;
  std::vector<Task<void>> tasks;
  tasks.push_back(count_after(&now, &count));
  tasks.push_back(fails_after(&now, "first"));
  tasks.push_back(fails_after(&now, "second"));
  tasks.push_back(count_after(&now, &count));
  CHECK_THROWS_WITH(sync_wait(gather(std::move(tasks))), "first");
  CHECK(count == 2);
}

TEST_CASE("gather takes tasks that end on other threads", "[task][gather]") {
  std::deque<std::jthread> threads;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(hopping(&threads, i));
  const auto results = sync_wait(gather(std::move(tasks)));
  REQUIRE(results.size() == 50);
  for (int i = 0; i < 50; ++i) CHECK(results[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("destroying a gathering that waits frees the tasks in it", "[task][gather]") {
  Event never;
  int alive = 0;
  {
    const auto holds = [](Event* event, Counted) -> Task<void> { co_await *event; };
    std::vector<Task<void>> tasks;
    tasks.push_back(holds(&never, Counted(alive)));
    tasks.push_back(holds(&never, Counted(alive)));
    bool ended = false;
    auto task = gather(std::move(tasks));
    REQUIRE(start(task, ended));
    CHECK(alive > 0);
  }
  CHECK(alive == 0);
}
