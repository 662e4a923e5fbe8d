#include <envelint/io/event_loop.hpp>

#include <envelint/io/reactor.hpp>

#include <asio/post.hpp>

#include <algorithm>

namespace envelint::io {
namespace {

// What is sent over loopback is there at once, but for the rare packet that the kernel's own thread delivers. A
// simulated clock does not jump before it had this long to arrive.
constexpr auto kSettle = std::chrono::milliseconds(5);

}  // namespace

void Deferred::request() noexcept {
  if (requested()) return;
  Deferred& ring = loop_->deferred_;
  previous_ = ring.previous_;
  next_ = &ring;
  previous_->next_ = this;
  ring.previous_ = this;
}

void Deferred::cancel() noexcept {
  if (!requested()) return;
  previous_->next_ = next_;
  next_->previous_ = previous_;
  previous_ = next_ = nullptr;
}

void Timer::set(Deadline when) {
  cancel();
  if (when.is_never()) return;
  when_ = when.time();
  loop_->add_timer(*this);
}

void Timer::cancel() noexcept {
  if (is_set()) loop_->remove_timer(*this);
}

EventLoop::EventLoop(ClockKind clock)
    : clock_(clock), simulated_now_(Clock::now()), reactor_(std::make_unique<Reactor>()), deferred_(*this, {}) {
  deferred_.previous_ = deferred_.next_ = &deferred_;
}

EventLoop::~EventLoop() {
  while (deferred_.next_ != &deferred_) deferred_.next_->cancel();
  deferred_.previous_ = deferred_.next_ = nullptr;
}

TimePoint EventLoop::now() const noexcept { return clock_ == ClockKind::real ? Clock::now() : simulated_now_; }

void EventLoop::post(Call call) { asio::post(reactor_->context, call); }

void EventLoop::run_until(const bool& ended) {
  while (!ended) turn();
}

void EventLoop::turn() {
  fire_timers();
  if (make_deferred_calls()) {
    reactor_->context.poll();
  } else {
    wait_for_events();
  }
}

void EventLoop::wait_for_events() {
  asio::io_context& context = reactor_->context;
  if (timers_.empty()) {
    context.run_one();
  } else if (clock_ == ClockKind::real) {
    context.run_one_until(timers_.front()->when_);
  } else if (context.poll() == 0 && context.run_one_for(kSettle) == 0) {
    simulated_now_ = std::max(simulated_now_, timers_.front()->when_);
  }
  context.poll();
}

/// Makes the calls that are asked for by now. Those that they ask for in turn wait for the next turn, so that sockets
/// and timers have theirs.
bool EventLoop::make_deferred_calls() {
  if (deferred_.next_ == &deferred_) return false;
  Deferred end(*this, {});
  end.request();
  while (deferred_.next_ != &end) {
    Deferred& first = *deferred_.next_;
    first.cancel();
    first.call_();
  }
  return true;
}

void EventLoop::fire_timers() {
  if (timers_.empty()) return;
  const TimePoint time = now();
  while (!timers_.empty() && timers_.front()->when_ <= time) {
    Timer& first = *timers_.front();
    first.cancel();
    first.call_();
  }
}

void EventLoop::place_timer(std::size_t place, Timer* timer) noexcept {
  timers_[place] = timer;
  timer->place_ = place;
}

void EventLoop::raise_timer(std::size_t place) noexcept {
  Timer* const timer = timers_[place];
  while (place > 0) {
    const std::size_t above = (place - 1) / 2;
    if (timers_[above]->when_ <= timer->when_) break;
    place_timer(place, timers_[above]);
    place = above;
  }
  place_timer(place, timer);
}

void EventLoop::lower_timer(std::size_t place) noexcept {
  Timer* const timer = timers_[place];
  while (true) {
    std::size_t below = 2 * place + 1;
    if (below >= timers_.size()) break;
    if (below + 1 < timers_.size() && timers_[below + 1]->when_ < timers_[below]->when_) ++below;
    if (timers_[below]->when_ >= timer->when_) break;
    place_timer(place, timers_[below]);
    place = below;
  }
  place_timer(place, timer);
}

void EventLoop::add_timer(Timer& timer) {
  timers_.push_back(&timer);
  raise_timer(timers_.size() - 1);
}

void EventLoop::remove_timer(Timer& timer) noexcept {
  const std::size_t place = timer.place_;
  Timer* const last = timers_.back();
  timers_.pop_back();
  timer.place_ = Timer::kNowhere;
  if (last == &timer) return;
  place_timer(place, last);
  raise_timer(place);
  lower_timer(last->place_);
}

}  // namespace envelint::io
