#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/io/deadline.hpp>
#include <envelint/io/event_loop.hpp>

namespace envelint::dns {

/// Asks another resolver until a point in time: from then on every question, those under way too, is answered with
/// Trouble::timeout. Whoever asked waits no longer; the question itself is given up or goes on as `inner` has it.
///
/// Refers to the other resolver and lives on its loop. Questions may be in flight together.
class DeadlineResolver : public Resolver {
 public:
  DeadlineResolver(Resolver& inner, io::EventLoop& loop, io::Deadline until)
      : inner_(inner), loop_(loop), until_(until) {}

  task::Task<Answer> query(Query query) override;

 private:
  Resolver& inner_;
  io::EventLoop& loop_;
  io::Deadline until_;
};

}  // namespace envelint::dns
