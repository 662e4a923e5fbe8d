#pragma once

#include <envelint/io/event_loop.hpp>

#include <algorithm>
#include <coroutine>
#include <cstddef>
#include <list>

namespace envelint::io {

/// Lets so many coroutines be inside at once and so many enter in one turn of the loop, in the order they come:
/// a thousand that start at the same moment do not flood a socket, but alternate with what it brings.
class Gate {
 public:
  Gate(EventLoop& loop, std::size_t inside, std::size_t each_turn)
      : limit_(std::max<std::size_t>(inside, 1)),
        each_turn_(std::max<std::size_t>(each_turn, 1)),
        turn_(loop, {[](void* gate) { static_cast<Gate*>(gate)->next_turn(); }, this}) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// Awaited, it is inside, and it leaves when it is destroyed: `Gate::Pass pass(gate); co_await pass`.
  class Pass {
   public:
    explicit Pass(Gate& gate) noexcept : gate_(&gate) {}
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (waiting_) gate_->queue_.erase(place_);
      if (inside_) gate_->leave();
    }

    [[nodiscard]] bool await_ready() {
      if (!gate_->queue_.empty() || !gate_->open()) return false;
      gate_->admit(*this);
      return true;
    }
    void await_suspend(std::coroutine_handle<> handle) {
      handle_ = handle;
      place_ = gate_->queue_.insert(gate_->queue_.end(), this);
      waiting_ = true;
      gate_->turn_.request();
    }
    void await_resume() const noexcept {}

   private:
    friend class Gate;

    Gate* gate_;
    std::coroutine_handle<> handle_;
    std::list<Pass*>::iterator place_;
    bool waiting_ = false;
    bool inside_ = false;
  };

 private:
  [[nodiscard]] bool open() const noexcept { return inside_ < limit_ && entered_ < each_turn_; }

  void admit(Pass& pass) noexcept {
    pass.inside_ = true;
    ++inside_;
    ++entered_;
    turn_.request();
  }

  void leave() noexcept {
    --inside_;
    if (!queue_.empty()) turn_.request();
  }

  void next_turn() {
    entered_ = 0;
    while (!queue_.empty() && open()) {
      Pass& first = *queue_.front();
      queue_.pop_front();
      first.waiting_ = false;
      admit(first);
      first.handle_.resume();
    }
  }

  std::size_t limit_;
  std::size_t each_turn_;
  std::size_t inside_ = 0;
  std::size_t entered_ = 0;
  std::list<Pass*> queue_;
  Deferred turn_;
};

}  // namespace envelint::io
