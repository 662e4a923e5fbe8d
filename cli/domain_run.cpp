#include "domain_run.hpp"

#include "interrupt.hpp"

#include <envelint/dns/deadline_resolver.hpp>

#include <utility>

namespace cli {

using namespace envelint;

namespace {
/// How many domains may be begun, as a multiple of the jobs, before the oldest is given: one that takes its whole time
/// holds up the others only when they are so much faster.
constexpr std::size_t kWindow = 8;
}  // namespace

DomainRun::DomainRun(DnsSource& dns, DomainList& list, DomainRunOptions options, Progress& progress)
    : dns_(dns),
      list_(list),
      options_(std::move(options)),
      progress_(progress),
      room_(dns.loop()),
      over_(dns.loop()),
      tasks_(dns.loop()) {}

int DomainRun::run(Take take) {
  take_ = std::move(take);
  Interrupt interrupt(dns_.loop(), {[](void* self) { static_cast<DomainRun*>(self)->stop(); }, this});
  tasks_.start(feed());
  dns_.run(until_over());
  return interrupt.signal_number();
}

task::Task<void> DomainRun::until_over() {
  auto wait = over_.wait(io::Deadline::never());
  co_await wait;
}

bool DomainRun::is_full() const noexcept {
  return running_ >= options_.jobs || (!options_.unordered && started_ - given_ >= options_.jobs * kWindow);
}

task::Task<void> DomainRun::feed() {
  while (auto name = co_await list_.next()) {
    progress_.started();
    ++running_;
    tasks_.start(look_up(started_++, *std::move(name)));
    // Answers at hand need no waiting, and the loop has to have its turn all the same.
    io::Yield turn(dns_.loop());
    co_await turn;
    while (is_full()) {
      room_.reset();
      auto wait = room_.wait(io::Deadline::never());
      co_await wait;
    }
  }
  while (running_ > 0) {
    room_.reset();
    auto wait = room_.wait(io::Deadline::never());
    co_await wait;
  }
  over_.set();
}

task::Task<void> DomainRun::look_up(std::size_t number, dns::Name name) {
  const io::Deadline until = dns_.loop().after(options_.timeout);
  dns::DeadlineResolver resolver(dns_.resolver(), dns_.loop(), until);
  audit::CollectOptions options;
  options.selectors = options_.selectors(name);
  options.budget.deadline = until.time();
  options.budget.clock = [this] { return dns_.loop().now(); };
  auto collecting = audit::collect(resolver, std::move(name), std::move(options), suffixes_);
  audit::DomainFacts facts = co_await std::move(collecting);
  dns_.record(facts.unanswered);
  progress_.ended();
  --running_;
  give(number, std::move(facts));
  room_.set();
}

void DomainRun::give(std::size_t number, audit::DomainFacts facts) {
  if (options_.unordered || number == given_) {
    ++given_;
    take_(std::move(facts));
  } else {
    waiting_.emplace(number, std::move(facts));
  }
  for (auto next = waiting_.begin(); next != waiting_.end() && next->first == given_; next = waiting_.erase(next)) {
    ++given_;
    take_(std::move(next->second));
  }
}

}  // namespace cli
