#pragma once

#include <envelint/io/deadline.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace envelint::io {

class EventLoop;

/// A plain function and what it is called with. Such a call comes from the loop itself, never from inside another
/// one, and must not throw.
struct Call {
  void (*function)(void*) = nullptr;
  void* data = nullptr;

  [[nodiscard]] explicit operator bool() const noexcept { return function != nullptr; }
  void operator()() const { function(data); }
};

/// One call that the loop makes on its next turn, once for each time it is asked for. Whoever owns it can destroy it
/// at any time; the call is then not made. Everything that resumes a coroutine does it this way, so that no coroutine
/// runs inside another one's call.
class Deferred {
 public:
  Deferred(EventLoop& loop, Call call) noexcept : loop_(&loop), call_(call) {}
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;
  ~Deferred() { cancel(); }

  /// Asks for the call. Asking again before it is made changes nothing.
  void request() noexcept;
  void cancel() noexcept;
  [[nodiscard]] bool requested() const noexcept { return previous_ != nullptr; }

 private:
  friend class EventLoop;

  EventLoop* loop_;
  Call call_;
  // A ring through the loop's own node: taking one out needs no search.
  Deferred* previous_ = nullptr;
  Deferred* next_ = nullptr;
};

/// One call at a time that is set. Destroying or setting it anew takes the old time back. Costs no allocation.
class Timer {
 public:
  Timer(EventLoop& loop, Call call) noexcept : loop_(&loop), call_(call) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { cancel(); }

  /// `Deadline::never()` is the same as cancelling.
  void set(Deadline when);
  void cancel() noexcept;
  [[nodiscard]] bool is_set() const noexcept { return place_ != kNowhere; }

 private:
  friend class EventLoop;
  static constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

  EventLoop* loop_;
  Call call_;
  TimePoint when_;
  std::size_t place_ = kNowhere;  // in the loop's heap
};

enum class ClockKind : std::uint8_t {
  real,
  /// For tests: time stands still while anything is ready, and jumps to the next timer when nothing is. What takes
  /// twenty seconds takes none, and nothing in it depends on how fast the machine is. Only for peers on the same loop.
  simulated,
};

/// Waits for sockets and times, and resumes the tasks that wait for them: the one thread on which everything of a
/// resolver or a server runs.
///
/// Not thread-safe: a loop and all that lives on it (timers, descriptors, resolvers, their tasks) belong to one thread
/// at a time. Work on several cores is several loops that share nothing. It must outlive what lives on it.
class EventLoop {
 public:
  explicit EventLoop(ClockKind clock = ClockKind::real);
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop();

  /// Starts a task and runs the loop on this thread until the task has ended; gives its result or throws what it
  /// threw. Other tasks on the loop go on meanwhile, and stand still afterwards until it runs again. Never call it
  /// from a task on the same loop. A task that waits for what never comes makes it wait forever: give a deadline.
  template <typename T>
  T run(task::Task<T> task) {
    bool ended = false;
    const task::detail::Continuation end{[](void* flag) { *static_cast<bool*>(flag) = true; }, &ended};
    if (task.start(end)) run_until(ended);
    return task.take();
  }

  /// The time that timers go by.
  [[nodiscard]] TimePoint now() const noexcept;
  /// Makes a call in one of the next turns. The one member for other threads too. What it is called with must still be
  /// there then, and the loop must run; calls of one thread come in the order in which they were asked for.
  void post(Call call);

  [[nodiscard]] Deadline after(Duration duration) const noexcept { return Deadline(now() + duration); }

 private:
  friend class Deferred;
  friend class Timer;
  friend class Descriptor;
  struct Reactor;

  void run_until(const bool& ended);
  void turn();
  void wait_for_events();
  bool make_deferred_calls();
  void fire_timers();

  void place_timer(std::size_t place, Timer* timer) noexcept;
  void raise_timer(std::size_t place) noexcept;
  void lower_timer(std::size_t place) noexcept;
  void add_timer(Timer& timer);
  void remove_timer(Timer& timer) noexcept;

  ClockKind clock_;
  TimePoint simulated_now_{};
  std::unique_ptr<Reactor> reactor_;
  Deferred deferred_;           // the ring's own node; never called
  std::vector<Timer*> timers_;  // a binary heap, the earliest first
};

}  // namespace envelint::io
