#include <support/catch.hpp>

#include <task/event.hpp>

#include <envelint/io/event_loop.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/io/task_set.hpp>
#include <envelint/task/gather.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::io;
using namespace std::chrono_literals;
using task::Task;

namespace {

Task<void> append_after(EventLoop* loop, Duration duration, std::string* out, char letter) {
  co_await sleep_until(loop, loop->after(duration));
  out->push_back(letter);
}

Task<bool> wait_for(Signal* signal, Deadline until) {
  auto wait = signal->wait(until);
  co_return co_await wait;
}

Task<void> set_after(EventLoop* loop, Duration duration, Signal* signal) {
  co_await sleep_until(loop, loop->after(duration));
  signal->set();
}

Task<void> hold_while_asleep(EventLoop* loop, Counted kept) {
  const Counted also_kept = kept;
  co_await sleep_until(loop, loop->after(1h));
}

Task<void> fail_after(EventLoop* loop, Duration duration) {
  co_await sleep_until(loop, loop->after(duration));
  throw std::runtime_error("fell over");
}

}  // namespace

TEST_CASE("a simulated hour takes no time", "[io]") {
  EventLoop loop(ClockKind::simulated);
  const auto began = Clock::now();
  const TimePoint start = loop.now();
  loop.run(sleep_until(&loop, loop.after(1h)));
  CHECK(loop.now() - start == 1h);
  CHECK(Clock::now() - began < 1min);
}

TEST_CASE("a real clock waits for its timers", "[io]") {
  EventLoop loop;
  const auto began = Clock::now();
  loop.run(sleep_until(&loop, loop.after(3ms)));
  CHECK(Clock::now() - began >= 3ms);
}

TEST_CASE("sleepers wake in the order of their times", "[io]") {
  EventLoop loop(ClockKind::simulated);
  std::string out;
  std::vector<Task<void>> tasks;
  for (const char letter : std::string("hcagbfed")) {
    tasks.push_back(append_after(&loop, std::chrono::seconds(letter - 'a' + 1), &out, letter));
  }
  loop.run(task::gather(std::move(tasks)));
  CHECK(out == "abcdefgh");
}

TEST_CASE("timers can be moved and taken back in any order", "[io]") {
  EventLoop loop(ClockKind::simulated);
  struct Count {
    static Call call(int& count) {
      return {[](void* data) { ++*static_cast<int*>(data); }, &count};
    }
  };
  int fired = 0;
  int wrong = 0;
  std::vector<std::unique_ptr<Timer>> timers;
  for (int i = 0; i < 200; ++i) {
    timers.push_back(std::make_unique<Timer>(loop, Count::call(i % 3 == 0 ? wrong : fired)));
    timers.back()->set(loop.after(std::chrono::seconds(i * 7919 % 200 + 1)));
  }
  for (std::size_t i = 0; i < timers.size(); i += 3) timers[i]->cancel();
  for (std::size_t i = 1; i < timers.size(); i += 3) timers[i]->set(loop.after(1s));
  for (std::size_t i = 2; i < timers.size(); i += 6) timers[i].reset();
  loop.run(sleep_until(&loop, loop.after(1s)));
  CHECK(fired >= 67);
  loop.run(sleep_until(&loop, loop.after(1h)));
  CHECK(fired == 100);
  CHECK(wrong == 0);
}

TEST_CASE("a signal wakes who waits, before its deadline or after it was set", "[io]") {
  EventLoop loop(ClockKind::simulated);
  Signal signal(loop);
  TaskSet others(loop);
  const TimePoint start = loop.now();
  others.start(set_after(&loop, 2s, &signal));
  CHECK_FALSE(loop.run(wait_for(&signal, loop.after(1s))));
  CHECK(loop.now() - start == 1s);
  CHECK(loop.run(wait_for(&signal, loop.after(5s))));
  CHECK(loop.now() - start == 2s);
  CHECK(loop.run(wait_for(&signal, loop.after(0s))));
  signal.reset();
  CHECK_FALSE(loop.run(wait_for(&signal, loop.after(0s))));
}

TEST_CASE("a sleeper that is destroyed is not woken and holds nothing", "[io]") {
  EventLoop loop(ClockKind::simulated);
  int alive = 0;
  {
    TaskSet sleepers(loop);
    for (int i = 0; i < 10; ++i) sleepers.start(hold_while_asleep(&loop, Counted(alive)));
    loop.run(sleep_until(&loop, loop.after(1s)));
    CHECK(sleepers.size() == 10);
    CHECK(alive > 0);
  }
  CHECK(alive == 0);
  loop.run(sleep_until(&loop, loop.after(2h)));
}

TEST_CASE("a waiter that is destroyed between its waking and its turn is not resumed", "[io]") {
  EventLoop loop(ClockKind::simulated);
  Signal signal(loop);
  {
    TaskSet waiters(loop);
    const auto wait = [](Signal* awaited) -> Task<void> { co_await wait_for(awaited, Deadline::never()); };
    waiters.start(wait(&signal));
    signal.set();
  }
  loop.run(sleep_until(&loop, loop.after(1s)));
}

TEST_CASE("a set lets go of tasks that have ended", "[io]") {
  EventLoop loop(ClockKind::simulated);
  std::string out;
  TaskSet tasks(loop);
  tasks.start(append_after(&loop, 1s, &out, 'a'));
  tasks.start(append_after(&loop, 0s, &out, 'b'));
  CHECK(out == "b");
  loop.run(sleep_until(&loop, loop.after(2s)));
  CHECK(out == "ba");
  CHECK(tasks.size() == 0);
}

TEST_CASE("what a task throws on the loop reaches who runs it", "[io]") {
  EventLoop loop(ClockKind::simulated);
  CHECK_THROWS_WITH(loop.run(fail_after(&loop, 1s)), "fell over");
}

TEST_CASE("a hundred thousand turns of two tasks need no stack", "[io]") {
  EventLoop loop(ClockKind::simulated);
  const auto spin = [](EventLoop* on) -> Task<int> {
    int turns = 0;
    for (; turns < 50'000; ++turns) {
      Yield yield(*on);
      co_await yield;
    }
    co_return turns;
  };
  std::vector<Task<int>> tasks;
  tasks.push_back(spin(&loop));
  tasks.push_back(spin(&loop));
  CHECK(loop.run(task::gather(std::move(tasks))) == std::vector{50'000, 50'000});
}
