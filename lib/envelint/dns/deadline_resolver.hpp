#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/task_set.hpp>

#include <memory>

namespace envelint::dns {

/// Asks another resolver until a certain time. A question that is under way then is given up, and every later one is
/// not asked: both are Trouble::timeout. For one piece of work that has to end in time, such as an SPF evaluation
/// (RFC 7208 §4.6.4).
///
/// Refers to the other resolver and to the loop. Questions may be in flight together.
class DeadlineResolver : public Resolver {
 public:
  DeadlineResolver(Resolver& inner, io::EventLoop& loop, io::Deadline deadline)
      : inner_(inner), loop_(loop), deadline_(deadline), asking_(loop) {}

  task::Task<Answer> query(Query query) override;

 private:
  struct Flight;
  [[nodiscard]] task::Task<void> ask(Query query, std::shared_ptr<Flight> flight);

  Resolver& inner_;
  io::EventLoop& loop_;
  io::Deadline deadline_;
  io::TaskSet asking_;
};

}  // namespace envelint::dns
