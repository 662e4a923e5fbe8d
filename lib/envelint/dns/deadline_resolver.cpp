#include <envelint/dns/deadline_resolver.hpp>

#include <envelint/io/signal.hpp>

#include <utility>

namespace envelint::dns {

struct DeadlineResolver::Flight {
  explicit Flight(io::EventLoop& loop) : landed(loop) {}

  Answer answer;
  io::Signal landed;
};

task::Task<Answer> DeadlineResolver::query(Query query) {
  const Answer over(Trouble::timeout, "the time allowed for the evaluation is over");
  if (deadline_.passed(loop_.now())) co_return over;
  const auto flight = std::make_shared<Flight>(loop_);
  asking_.start(ask(std::move(query), flight));
  auto wait = flight->landed.wait(deadline_);
  if (!co_await wait) co_return over;
  co_return std::move(flight->answer);
}

task::Task<void> DeadlineResolver::ask(Query query, std::shared_ptr<Flight> flight) {
  flight->answer = co_await inner_.query(std::move(query));
  flight->landed.set();
}

}  // namespace envelint::dns
