#pragma once

#include <envelint/dns/pending.hpp>
#include <envelint/dns/random.hpp>
#include <envelint/dns/udp_pool.hpp>
#include <envelint/io/endpoint.hpp>
#include <envelint/io/event_loop.hpp>

#include <memory>
#include <vector>

namespace envelint::dns {

/// Asks one server over TCP (RFC 7766). Questions share a few connections and do not wait for each other's answers;
/// a connection that nobody waits for is closed within two seconds, whatever the server still sends.
class TcpPool {
 public:
  TcpPool(io::EventLoop& loop, Random& random, TransportCounts& counts, io::Endpoint server, std::size_t connections);

  /// Gives the query an identifier and sends it. What happens is told by `pending`, a failure too. True when the
  /// connection had been open before: a server may close it at that very moment, and asking once more is right then.
  bool send(PendingReply& pending);

 private:
  class Connection;

  std::shared_ptr<Connection> pick(std::error_code& error);

  io::EventLoop* loop_;
  Random* random_;
  TransportCounts* counts_;
  io::Endpoint server_;
  std::size_t limit_;
  std::vector<std::shared_ptr<Connection>> connections_;
};

}  // namespace envelint::dns
