#pragma once

#include <envelint/dns/pending.hpp>
#include <envelint/dns/random.hpp>
#include <envelint/io/endpoint.hpp>
#include <envelint/io/event_loop.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace envelint::dns {

/// What the sockets of a resolver have seen.
struct TransportCounts {
  std::uint64_t udp_queries = 0;
  std::uint64_t tcp_queries = 0;
  std::uint64_t wrong_replies = 0;  ///< messages that answered nothing asked: late, forged or broken
};

/// Asks one server over UDP. Who wants to forge an answer has to guess a port out of several and the identifier, and
/// soon again: every question takes one of the pool's sockets at random, and a socket is given up after some hundred
/// questions or some seconds, though it stays open for answers that it still waits for.
class UdpPool {
 public:
  UdpPool(io::EventLoop& loop, Random& random, TransportCounts& counts, io::Endpoint server, std::size_t sockets);

  /// Gives the query an identifier and sends it. What happens is told by `pending`, a failure too.
  void send(PendingReply& pending);

 private:
  class Socket;

  std::shared_ptr<Socket> pick(std::error_code& error);

  io::EventLoop* loop_;
  Random* random_;
  TransportCounts* counts_;
  io::Endpoint server_;
  std::vector<std::shared_ptr<Socket>> sockets_;
};

}  // namespace envelint::dns
