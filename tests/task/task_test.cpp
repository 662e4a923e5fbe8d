#include <support/catch.hpp>

#include <task/event.hpp>

#include <envelint/task/sync_wait.hpp>
#include <envelint/task/task.hpp>

#include <expected>
#include <memory>
#include <stdexcept>
#include <string>

using envelint::task::sync_wait;
using envelint::task::Task;

namespace {

Task<int> one() { co_return 1; }

Task<int> sum_of_awaits(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await one();
  co_return sum;
}

Task<int> nested(int depth) {
  if (depth == 0) co_return 0;
  co_return 1 + co_await nested(depth - 1);
}

Task<std::string> after(Event* event, std::string text) {
  co_await *event;
  co_return text;
}

Task<void> append(Event* event, std::string* out) {
  out->append("before ");
  out->append(co_await after(event, "event"));
}

Task<int> fails() {
  throw std::runtime_error("no answer");
  co_return 0;
}

Task<std::unique_ptr<int>> boxed(int value) { co_return std::make_unique<int>(value); }

Task<std::expected<int, std::string>> refused() { co_return std::unexpected("refused"); }

Task<void> holds(Event* event, Counted kept) {
  const Counted also_kept = kept;
  co_await *event;
}

Task<void> holds_below(Event* event, Counted kept) { co_await holds(event, kept); }

/// Runs a task on a test's own loop: there is none, so somebody has to set the events.
template <typename T>
bool start(Task<T>& task, bool& ended) {
  return task.start({[](void* flag) { *static_cast<bool*>(flag) = true; }, &ended});
}

}  // namespace

TEST_CASE("a task runs only when it is awaited", "[task]") {
  bool ran = false;
  const auto set = [](bool* flag) -> Task<void> {
    *flag = true;
    co_return;
  };
  auto task = set(&ran);
  CHECK_FALSE(ran);
  sync_wait(std::move(task));
  CHECK(ran);
}

TEST_CASE("a million awaits that end at once need no stack", "[task]") {
  CHECK(sync_wait(sum_of_awaits(1'000'000)) == 1'000'000);
}

TEST_CASE("tasks await tasks await tasks", "[task]") { CHECK(sync_wait(nested(1000)) == 1000); }

TEST_CASE("a suspended task goes on when its event is set", "[task]") {
  Event event;
  std::string out;
  bool ended = false;
  auto task = append(&event, &out);
  REQUIRE(start(task, ended));
  CHECK(event.awaited());
  CHECK(out == "before ");
  CHECK_FALSE(ended);
  event.set();
  CHECK(ended);
  CHECK(out == "before event");
}

TEST_CASE("a loop of awaits may mix answers at hand and answers to come", "[task]") {
  Event first;
  Event second;
  const auto mixed = [](Event* a, Event* b) -> Task<int> {
    int sum = co_await sum_of_awaits(1000);
    sum += static_cast<int>((co_await after(a, "four")).size());
    sum += co_await sum_of_awaits(1000);
    sum += static_cast<int>((co_await after(b, "four")).size());
    co_return sum;
  };
  bool ended = false;
  auto task = mixed(&first, &second);
  REQUIRE(start(task, ended));
  first.set();
  CHECK_FALSE(ended);
  second.set();
  REQUIRE(ended);
  CHECK(task.take() == 2008);
}

TEST_CASE("an exception reaches whoever awaits", "[task]") {
  CHECK_THROWS_WITH(sync_wait(fails()), "no answer");
  const auto rescues = []() -> Task<int> {
    try {
      co_return co_await fails();
    } catch (const std::runtime_error&) {
    }
    co_return 7;
  };
  CHECK(sync_wait(rescues()) == 7);
}

TEST_CASE("an exception after a resumption reaches whoever awaits", "[task]") {
  Event event;
  const auto fails_later = [](Event* e) -> Task<void> {
    co_await *e;
    co_await fails();
  };
  bool ended = false;
  auto task = fails_later(&event);
  REQUIRE(start(task, ended));
  event.set();
  REQUIRE(ended);
  CHECK_THROWS_WITH(task.take(), "no answer");
}

TEST_CASE("results may be move-only, and convert as in a return statement", "[task]") {
  CHECK(*sync_wait(boxed(5)) == 5);
  CHECK(sync_wait(refused()).error() == "refused");
}

TEST_CASE("a task that never started frees what it was given", "[task]") {
  Event event;
  int alive = 0;
  {
    auto task = holds(&event, Counted(alive));
    CHECK(alive > 0);
  }
  CHECK(alive == 0);
}

TEST_CASE("destroying a suspended task frees all its frames", "[task]") {
  Event event;
  int alive = 0;
  {
    bool ended = false;
    auto task = holds_below(&event, Counted(alive));
    REQUIRE(start(task, ended));
    CHECK(event.awaited());
    CHECK(alive > 0);
  }
  CHECK(alive == 0);
}

TEST_CASE("a task that ended frees what it held", "[task]") {
  Event event;
  event.set();
  int alive = 0;
  sync_wait(holds_below(&event, Counted(alive)));
  CHECK(alive == 0);
}

TEST_CASE("moving a task leaves an empty one", "[task]") {
  auto task = one();
  auto moved = std::move(task);
  CHECK_FALSE(static_cast<bool>(task));  // NOLINT(bugprone-use-after-move): empty is promised
  CHECK(static_cast<bool>(moved));
  moved = sum_of_awaits(3);
  CHECK(sync_wait(std::move(moved)) == 3);
}
