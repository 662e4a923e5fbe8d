#pragma once

#include <envelint/dns/direct_resolver.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/dns/udp_pool.hpp>
#include <envelint/io/deadline.hpp>
#include <envelint/io/endpoint.hpp>
#include <envelint/io/event_loop.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace envelint::dns {

inline constexpr std::uint16_t kDnsPort = 53;

struct NetworkOptions {
  /// Resolvers that recurse, in order of preference; at most 8 are used. With none, 127.0.0.1 is asked, as libc does.
  std::vector<io::Endpoint> servers;
  bool rotate = false;    ///< begin with another server each time
  bool tcp_only = false;  ///< never UDP
  bool edns = true;
  bool trust_ad = false;  ///< believe AD also of servers that are not on loopback
  /// Random letter case in questions over UDP; empty: for servers that are not on loopback.
  std::optional<bool> mixed_case;

  /// How long one server is waited for before the next is asked too; twice as long in each further round.
  /// An answer that comes later is still taken.
  std::chrono::milliseconds patience{1000};
  int rounds = 3;  ///< how often each server is asked
  /// For a whole lookup, with everything it leads to.
  std::chrono::milliseconds lookup_time{15'000};

  std::size_t max_in_flight = 10'000;  ///< lookups under way; more wait for their turn
  std::size_t udp_sockets = 32;        ///< for each server
  std::size_t tcp_connections = 4;     ///< for each server
};

/// Asks resolvers over the network: UDP first, TCP for what is too large or looks forged.
///
/// It is a stub and believes only what answers its very question: from the address and port that was asked, to the
/// port, identifier, name and letter case it was asked with. What does not match is counted and does not end the wait.
/// A message that is not in order in every octet is refused (`decode_message`).
///
/// Trouble it tells apart: a server that says so, or that answers only with checking disabled (CD), makes an answer
/// `bogus`; several servers that fail are told by the most telling of their faults, with the server's name in `detail`.
///
/// Any number of questions may be asked at once. Not thread-safe: it lives on its loop. Loop first, resolver second:
/// it must outlive the tasks it gave.
class NetworkResolver : public Resolver, public DirectResolver {
 public:
  NetworkResolver(io::EventLoop& loop, NetworkOptions options);
  ~NetworkResolver() override;

  task::Task<Answer> query(Query query) override;
  /// The same, given up at that time if the resolver's own limit is not reached before.
  task::Task<Answer> query(Query query, io::Deadline until);

  /// Asks twice if need be.
  task::Task<ServerAnswer> ask(io::Endpoint server, Query query, io::Deadline until) override;

  [[nodiscard]] const TransportCounts& counts() const noexcept;

 private:
  struct State;

  std::unique_ptr<State> state_;
};

}  // namespace envelint::dns
