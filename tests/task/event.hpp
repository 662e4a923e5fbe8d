#pragma once

#include <coroutine>
#include <utility>

/// Stands for the outside world: whoever awaits it sleeps until `set`.
class Event {
 public:
  class Awaiter {
   public:
    explicit Awaiter(Event& event) noexcept : event_(event) {}
    [[nodiscard]] bool await_ready() const noexcept { return event_.set_; }
    void await_suspend(std::coroutine_handle<> waiting) const noexcept { event_.waiting_ = waiting; }
    void await_resume() const noexcept {}

   private:
    Event& event_;
  };

  Awaiter operator co_await() noexcept { return Awaiter(*this); }
  [[nodiscard]] bool awaited() const noexcept { return static_cast<bool>(waiting_); }
  void set() {
    set_ = true;
    if (auto waiting = std::exchange(waiting_, {})) waiting.resume();
  }

 private:
  bool set_ = false;
  std::coroutine_handle<> waiting_;
};

/// Counts the objects of its kind that are alive; copies and moves are objects too.
class Counted {
 public:
  explicit Counted(int& alive) noexcept : alive_(&alive) { ++*alive_; }
  Counted(const Counted& other) noexcept : alive_(other.alive_) { ++*alive_; }
  Counted& operator=(const Counted&) noexcept = default;
  ~Counted() { --*alive_; }

 private:
  int* alive_;
};
