// Keeps what g++ 12 gets wrong about coroutines as probes. Each shows the defect on a compiler that has it, passes on
// one that is right, and shows that what our coroutine laws allow is right everywhere (docs/architecture.md).

#include <support/catch.hpp>

#include <task/event.hpp>

#include <envelint/task/sync_wait.hpp>
#include <envelint/task/task.hpp>

#include <coroutine>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <utility>

using envelint::task::sync_wait;
using envelint::task::Task;

namespace {

struct Aggregate {
  Counted name;
  int type;
};

struct WithConstructor {
  WithConstructor(Counted with_name, int with_type) : name(std::move(with_name)), type(with_type) {}
  Counted name;
  int type;
};

Task<int> take_aggregate(Aggregate query) { co_return query.type; }
Task<int> take_class(WithConstructor query) { co_return query.type; }
Task<int> take_function(std::function<int()> function) { co_return function(); }

// The braced temporary of aggregate type inside co_await: g++ 12 destroys it twice, so that -1 is alive afterwards.
Task<int> aggregate_in_await(int* alive) { co_return co_await take_aggregate({.name = Counted(*alive), .type = 1}); }
// The temporary that becomes a function parameter and captures something with a destructor: the same.
Task<int> lambda_in_await(int* alive) {
  const Counted counted(*alive);
  co_return co_await take_function([counted] { return 1; });
}

// What the laws allow.
Task<int> class_in_await(int* alive) { co_return co_await take_class(WithConstructor(Counted(*alive), 1)); }
Task<int> named_in_await(int* alive) {
  Aggregate query{.name = Counted(*alive), .type = 1};
  co_return co_await take_aggregate(std::move(query));
}
Task<int> named_lambda_in_await(int* alive) {
  const Counted counted(*alive);
  std::function<int()> function = [counted] { return 1; };
  co_return co_await take_function(std::move(function));
}

int alive_after(Task<int> (*coroutine)(int*)) {
  int alive = 0;
  CHECK(sync_wait(coroutine(&alive)) == 1);
  return alive;
}

std::uintptr_t here() { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }

// A task that resumes by symmetric transfer, as the textbooks have it.
class Transferring {
 public:
  struct promise_type {
    struct Final {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> ended) noexcept {
        return ended.promise().waiting;
      }
      void await_resume() noexcept {}
    };
    Transferring get_return_object() { return Transferring(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Final final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::abort(); }
    std::coroutine_handle<> waiting = std::noop_coroutine();
  };
  using Handle = std::coroutine_handle<promise_type>;

  explicit Transferring(Handle handle) : handle_(handle) {}
  Transferring(Transferring&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Transferring& operator=(Transferring&&) = delete;
  ~Transferring() {
    if (handle_) handle_.destroy();
  }
  bool await_ready() noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle_.promise().waiting = waiting;
    return handle_;
  }
  void await_resume() noexcept {}
  void run() { handle_.resume(); }

 private:
  Handle handle_;
};

constexpr int kAwaits = 200;  // few enough for a stack that grows with each

template <typename T>
T note_stack(std::uintptr_t* place) {
  *place = here();
  co_return;
}

template <typename T>
T await_often(std::uintptr_t* first, std::uintptr_t* last) {
  for (int i = 0; i <= kAwaits; ++i) co_await note_stack<T>(i == 0 ? first : last);
}

std::uintptr_t distance(std::uintptr_t a, std::uintptr_t b) { return a > b ? a - b : b - a; }

}  // namespace

TEST_CASE("probe: what the coroutine laws allow is destroyed exactly once", "[task][compiler]") {
  CHECK(alive_after(class_in_await) == 0);
  CHECK(alive_after(named_in_await) == 0);
  CHECK(alive_after(named_lambda_in_await) == 0);
}

TEST_CASE("probe: a braced aggregate inside co_await is destroyed twice by g++ 12", "[task][compiler]") {
  const int alive = alive_after(aggregate_in_await);
  CHECK(alive <= 0);
  if (alive < 0) WARN("this compiler destroys a braced aggregate temporary in co_await twice");
}

TEST_CASE("probe: a capturing lambda inside co_await is destroyed twice by g++ 12", "[task][compiler]") {
  const int alive = alive_after(lambda_in_await);
  CHECK(alive <= 0);
  if (alive < 0) WARN("this compiler destroys a capturing lambda temporary in co_await twice");
}

TEST_CASE("probe: symmetric transfer may use stack for every await, the trampoline never does", "[task][compiler]") {
  std::uintptr_t first = 0;
  std::uintptr_t last = 0;
  sync_wait(await_often<Task<void>>(&first, &last));
  CHECK(distance(first, last) == 0);

  await_often<Transferring>(&first, &last).run();
  const std::uintptr_t per_await = distance(first, last) / kAwaits;
  if (per_await > 0) WARN("symmetric transfer costs " << per_await << " bytes of stack for every await here");
}
