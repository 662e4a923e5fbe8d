#pragma once

#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/pending.hpp>
#include <envelint/dns/tcp_pool.hpp>
#include <envelint/dns/udp_pool.hpp>
#include <envelint/dns/wire.hpp>

#include <list>
#include <string>
#include <vector>

/// How a question is taken to servers and their faults are dealt with. Only for `network_resolver.cpp`.
namespace envelint::dns {

/// A server, the sockets to it, and what is known of its health.
class ServerLink {
 public:
  ServerLink(io::EventLoop& loop, Random& random, TransportCounts& counts, io::Endpoint server,
             const NetworkOptions& options);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool in_back_off(io::TimePoint now) const noexcept { return now < back_off_until_; }
  void answered() noexcept;
  void timed_out(io::TimePoint now) noexcept;

  UdpPool udp;
  TcpPool tcp;
  bool mixed_case;
  bool plain = false;  ///< it does not understand EDNS

 private:
  std::string name_;
  int timeouts_ = 0;  // in a row
  io::TimePoint back_off_until_{};
};

/// What asking has come to: a message, or trouble.
struct Outcome {
  std::optional<Message> message;
  Answer trouble{Trouble::network};
  ServerLink* from = nullptr;
  std::chrono::microseconds round_trip{0};

  [[nodiscard]] bool is_servfail() const noexcept { return !message && trouble.trouble == Trouble::servfail; }
};

/// One question, asked of servers until one answers. Lives in the coroutine of its asker.
class Lookup {
 public:
  /// Holds what it is told by reference; all of it must outlive the lookup.
  Lookup(io::EventLoop& loop, Random& random, const NetworkOptions& options, io::Deadline until)
      : loop_(&loop), random_(&random), options_(&options), until_(until) {}

  /// Asks the servers in turn, up to `rounds` times each. A server that answers but cannot help is asked no more.
  /// What it comes to is left in `outcome`, which is new: it is large to hand from task to task. It and the question
  /// outlive the task.
  [[nodiscard]] task::Task<void> ask(Outcome* outcome, const Query* query, QueryFlags flags,
                                     std::vector<ServerLink*> order, int rounds);

  /// Finds out what the SERVFAIL in `outcome` comes from: asks its server once more with checking disabled, and when
  /// that gets an answer and asking as before still does not, DNSSEC is what fails (RFC 4035 §5.5).
  [[nodiscard]] task::Task<void> explain(Outcome* outcome, Query query);

 private:
  struct Try;
  struct Run;
  /// What to do after an answer or its failure.
  enum class Next : std::uint8_t {
    done,   ///< `Run::outcome` is what there is to say
    other,  ///< ask another server
    plain,  ///< ask the same one without EDNS
    tcp,    ///< ask the same one over TCP
  };

  void send_udp(Run& run, ServerLink& link);
  [[nodiscard]] Next settle(Run& run, Try& attempt);
  [[nodiscard]] task::Task<Next> ask_tcp(Run* run, ServerLink* link);
  [[nodiscard]] Next take(Run& run, ServerLink& link, PendingReply& pending, bool over_udp);
  [[nodiscard]] Next judge(Run& run, ServerLink& link, Message message);
  [[nodiscard]] QueryFlags flags_for(const Run& run, const ServerLink& link) const;

  io::EventLoop* loop_;
  Random* random_;
  const NetworkOptions* options_;
  io::Deadline until_;
  std::size_t received_ = 0;  // octets of messages so far
};

}  // namespace envelint::dns
