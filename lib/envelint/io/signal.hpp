#pragma once

#include <envelint/io/event_loop.hpp>

#include <coroutine>

namespace envelint::io {

/// What one coroutine waits for and something else sets. The waiting coroutine goes on in the loop's next turn, not
/// inside `set`; it may be destroyed while it waits. Stays set until `reset`.
class Signal {
 public:
  explicit Signal(EventLoop& loop) noexcept : loop_(&loop) {}
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void set() noexcept {
    set_ = true;
    if (waiting_ != nullptr) waiting_->wake_.request();
  }
  void reset() noexcept { set_ = false; }
  [[nodiscard]] bool is_set() const noexcept { return set_; }

  /// Must be kept in place while it is awaited, and not outlive its signal.
  class Wait {
   public:
    Wait(Signal& signal, Deadline until) noexcept
        : signal_(&signal), until_(until), wake_(*signal.loop_, wake_call()), timer_(*signal.loop_, timer_call()) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { leave(); }

    [[nodiscard]] bool await_ready() const noexcept {
      return signal_->set_ || (!until_.is_never() && until_.passed(signal_->loop_->now()));
    }
    void await_suspend(std::coroutine_handle<> waiting) {
      handle_ = waiting;
      signal_->waiting_ = this;
      timer_.set(until_);
    }
    bool await_resume() noexcept {
      leave();
      return signal_->set_;
    }

   private:
    friend class Signal;

    [[nodiscard]] Call wake_call() noexcept {
      return {[](void* wait) { static_cast<Wait*>(wait)->handle_.resume(); }, this};
    }
    [[nodiscard]] Call timer_call() noexcept {
      return {[](void* wait) { static_cast<Wait*>(wait)->wake_.request(); }, this};
    }
    void leave() noexcept {
      if (handle_) {
        signal_->waiting_ = nullptr;
        timer_.cancel();
        handle_ = {};
      }
    }

    Signal* signal_;
    Deadline until_;
    std::coroutine_handle<> handle_;
    Deferred wake_;
    Timer timer_;
  };

  /// Awaits until the signal is set, or the deadline passes: `auto wait = signal.wait(until); co_await wait`.
  /// True when it is set. One coroutine at a time.
  [[nodiscard]] Wait wait(Deadline until) noexcept { return Wait(*this, until); }

 private:
  EventLoop* loop_;
  Wait* waiting_ = nullptr;
  bool set_ = false;
};

/// Ends at that time.
inline task::Task<void> sleep_until(EventLoop* loop, Deadline when) {
  Signal never_set(*loop);
  auto wait = never_set.wait(when);
  co_await wait;
}

/// Awaited, it goes on in the loop's next turn, when all that was ready has had its own.
class Yield {
 public:
  explicit Yield(EventLoop& loop) noexcept
      : resume_(loop, {[](void* yield) { static_cast<Yield*>(yield)->handle_.resume(); }, this}) {}

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiting) noexcept {
    handle_ = waiting;
    resume_.request();
  }
  void await_resume() const noexcept {}

 private:
  std::coroutine_handle<> handle_;
  Deferred resume_;
};

}  // namespace envelint::io
