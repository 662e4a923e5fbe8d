#include <envelint/dns/lookup.hpp>

#include <envelint/dns/extended_error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dns {
namespace {

// Whoever controls a zone can make every answer large and every chain long; a lookup takes no more than this.
constexpr std::size_t kMaxReceived = 256 * 1024;

constexpr int kTimeoutsToBackOff = 3;
constexpr int kMaxBackOffDoublings = 5;
constexpr auto kFirstBackOff = std::chrono::seconds(1);

// Connecting, asking and up to 64 kilobytes of answer take longer than a datagram.
constexpr int kTcpPatience = 4;

/// The more a fault tells, the more it counts when several servers have different ones.
int weight(Trouble trouble) {
  constexpr std::array kOrder{Trouble::network,   Trouble::timeout, Trouble::refused, Trouble::servfail,
                              Trouble::malformed, Trouble::limit,   Trouble::loop,    Trouble::bogus};
  return static_cast<int>(std::ranges::find(kOrder, trouble) - kOrder.begin());
}

/// Whether an Extended DNS Error says that DNSSEC is what failed (RFC 8914 §4.7 to §4.13).
bool says_bogus(const std::optional<ExtendedError>& error) { return error && error->code >= 6 && error->code <= 12; }

std::string said(const ServerLink& link, const Message& message) {
  std::string out = fmt::format("{} answered {}", link.name(), to_string(message.rcode));
  if (message.extended_error) {
    out += fmt::format(" with {}", describe_extended_error(message.extended_error->code));
    if (!message.extended_error->text.empty()) out += fmt::format(": {}", message.extended_error->text);
  }
  return out;
}

}  // namespace

ServerLink::ServerLink(io::EventLoop& loop, Random& random, TransportCounts& counts, io::Endpoint server,
                       const NetworkOptions& options)
    : udp(loop, random, counts, server, options.udp_sockets),
      tcp(loop, random, counts, server, options.tcp_connections),
      mixed_case(options.mixed_case.value_or(!server.is_loopback())),
      plain(!options.edns),
      name_(server.to_string(kDnsPort)) {}

void ServerLink::answered() noexcept {
  timeouts_ = 0;
  back_off_until_ = {};
}

void ServerLink::timed_out(io::TimePoint now) noexcept {
  if (++timeouts_ < kTimeoutsToBackOff) return;
  back_off_until_ = now + kFirstBackOff * (1 << std::min(timeouts_ - kTimeoutsToBackOff, kMaxBackOffDoublings));
}

struct Lookup::Try {
  Try(ServerLink& asked, EncodedQuery query, io::Signal& arrived, io::TimePoint now)
      : link(&asked), pending(std::move(query), arrived), sent(now) {}

  ServerLink* link;
  PendingReply pending;
  io::TimePoint sent;
};

/// What `ask` knows on the way. Earlier tries go on while later ones are made.
struct Lookup::Run {
  Run(io::EventLoop& loop, Outcome& result, const Query& asked, const QueryFlags& asked_flags)
      : arrived(loop), query(asked), flags(asked_flags), outcome(result) {}

  [[nodiscard]] std::list<Try>::iterator find_settled() {
    return std::ranges::find_if(tries, [](const Try& t) { return t.pending.state != PendingReply::State::waiting; });
  }
  [[nodiscard]] bool waits_for(const ServerLink* link) const {
    return std::ranges::find(tries, link, &Try::link) != tries.end();
  }
  [[nodiscard]] bool has_dropped(const ServerLink* link) const {
    return std::ranges::find(dropped, link) != dropped.end();
  }

  void note(ServerLink& link, Answer trouble) {
    if (outcome.from != nullptr && weight(trouble.trouble) <= weight(outcome.trouble.trouble)) return;
    trouble.server = link.name();
    outcome.trouble = std::move(trouble);
    outcome.from = &link;
  }
  void note_timeout(ServerLink& link) { note(link, Answer(Trouble::timeout, "no answer from " + link.name())); }
  void note_error(ServerLink& link, std::error_code error) {
    note(link, Answer(Trouble::network, link.name() + ": " + error.message()));
  }
  void drop(ServerLink& link, Answer trouble) {
    dropped.push_back(&link);
    note(link, std::move(trouble));
  }

  io::Signal arrived;
  const Query& query;
  QueryFlags flags;
  std::list<Try> tries;
  std::vector<const ServerLink*> dropped;
  Outcome& outcome;
};

QueryFlags Lookup::flags_for(const Run& run, const ServerLink& link) const {
  QueryFlags flags = run.flags;
  flags.edns = !link.plain;
  return flags;
}

void Lookup::send_udp(Run& run, ServerLink& link) {
  EncodedQuery query = encode_query(0, run.query, flags_for(run, link));
  if (link.mixed_case) set_case(query, random_->octets(Name::kMaxWire / 8 + 1));
  run.tries.emplace_back(link, std::move(query), run.arrived, loop_->now());
  link.udp.send(run.tries.back().pending);
}

Lookup::Next Lookup::settle(Run& run, Try& attempt) {
  PendingReply& pending = attempt.pending;
  if (pending.state == PendingReply::State::failed) {
    run.note_error(*attempt.link, pending.error);
    return Next::other;
  }
  attempt.link->answered();
  if (pending.state == PendingReply::State::wrong_case) return Next::tcp;
  if (pending.state == PendingReply::State::replied && is_truncated(pending.reply)) return Next::tcp;
  run.outcome.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(loop_->now() - attempt.sent);
  return take(run, *attempt.link, pending, true);
}

Lookup::Next Lookup::take(Run& run, ServerLink& link, PendingReply& pending, bool over_udp) {
  if (pending.state == PendingReply::State::headless) {
    if (!std::exchange(link.plain, true)) return Next::plain;
    run.drop(link, Answer(Trouble::servfail, link.name() + " answered FORMERR"));
    return Next::other;
  }
  received_ += pending.reply.size();
  if (received_ > kMaxReceived) {
    run.note(link, Answer(Trouble::limit, fmt::format("more than {} octets of answers", kMaxReceived)));
    return Next::done;
  }
  if (!over_udp && is_truncated(pending.reply)) {
    run.drop(link, Answer(Trouble::malformed, link.name() + " cut an answer over TCP"));
    return Next::other;
  }
  restore_case(pending.reply, run.query.name);
  auto message = decode_message(pending.reply);
  if (message) return judge(run, link, *std::move(message));
  const bool too_much =
      message.error() == WireFault::too_many_records || message.error() == WireFault::too_many_strings;
  run.drop(link, Answer(too_much ? Trouble::limit : Trouble::malformed,
                        fmt::format("the answer of {} has {}", link.name(), to_string(message.error()))));
  return Next::other;
}

Lookup::Next Lookup::judge(Run& run, ServerLink& link, Message message) {
  const auto refuse = [&](Trouble trouble, std::string detail) {
    Answer answer(trouble, std::move(detail));
    if (message.extended_error) answer.extended_error = message.extended_error->code;
    run.drop(link, std::move(answer));
  };
  switch (message.rcode) {
    case Rcode::noerror:
    case Rcode::nxdomain:
      if (run.flags.recursion_desired && message.answer.empty() && !message.recursion_available &&
          !message.authoritative) {
        refuse(Trouble::refused, link.name() + " does not resolve for others");
        return Next::other;
      }
      if (message.extended_error && says_withheld(message.extended_error->code)) {
        refuse(Trouble::refused, said(link, message));
        return Next::other;
      }
      run.outcome.message = std::move(message);
      run.outcome.from = &link;
      return Next::done;
    case Rcode::formerr:
    case Rcode::notimp:
    case Rcode::badvers:
      if (!std::exchange(link.plain, true)) return Next::plain;
      break;
    case Rcode::servfail:
      if (!says_bogus(message.extended_error)) break;
      refuse(Trouble::bogus, said(link, message));
      return Next::done;
    case Rcode::refused: refuse(Trouble::refused, said(link, message)); return Next::other;
  }
  refuse(Trouble::servfail, said(link, message));
  return Next::other;
}

task::Task<Lookup::Next> Lookup::ask_tcp(Run* run, ServerLink* link) {
  const io::Deadline until = earlier(until_, loop_->after(kTcpPatience * options_->patience));
  while (!until.passed(loop_->now())) {
    io::Signal arrived(*loop_);
    const io::TimePoint sent = loop_->now();
    PendingReply pending(encode_query(0, run->query, flags_for(*run, *link)), arrived);
    const bool was_open = link->tcp.send(pending);
    auto wait = arrived.wait(until);
    if (!co_await wait) break;
    if (pending.state == PendingReply::State::failed) {
      if (was_open) continue;
      run->note_error(*link, pending.error);
      co_return Next::other;
    }
    run->outcome.round_trip = std::chrono::duration_cast<std::chrono::microseconds>(loop_->now() - sent);
    const Next next = take(*run, *link, pending, false);
    if (next != Next::plain) co_return next;
  }
  run->note_timeout(*link);
  co_return Next::other;
}

task::Task<void> Lookup::ask(Outcome* outcome, const Query* query, QueryFlags flags, std::vector<ServerLink*> order,
                             int rounds) {
  Run run(*loop_, *outcome, *query, flags);
  for (int round = 0; round < rounds; ++round) {
    for (ServerLink* const link : order) {
      if (until_.passed(loop_->now())) break;
      if (run.has_dropped(link)) continue;
      const io::Deadline until = earlier(until_, loop_->after(options_->patience * (1 << round)));
      if (options_->tcp_only) {
        if (co_await ask_tcp(&run, link) == Next::done) co_return;
        continue;
      }
      send_udp(run, *link);
      while (true) {
        run.arrived.reset();
        for (auto settled = run.find_settled(); settled != run.tries.end(); settled = run.find_settled()) {
          ServerLink* const from = settled->link;
          Next next = settle(run, *settled);
          run.tries.erase(settled);
          if (next == Next::tcp) next = co_await ask_tcp(&run, from);
          if (next == Next::plain) send_udp(run, *from);
          if (next == Next::done) co_return;
        }
        if (run.has_dropped(link) || !run.waits_for(link)) break;  // it has failed: the next one at once
        auto wait = run.arrived.wait(until);
        if (co_await wait) continue;
        link->timed_out(loop_->now());
        run.note_timeout(*link);
        break;
      }
    }
  }
  if (run.outcome.from == nullptr) run.outcome.trouble = Answer(Trouble::timeout, "no time was left to ask");
}

task::Task<void> Lookup::explain(Outcome* outcome, Query query) {
  const std::vector<ServerLink*> failing(1, outcome->from);
  QueryFlags unchecked;
  unchecked.checking_disabled = true;
  Outcome without_checks;
  co_await ask(&without_checks, &query, unchecked, failing, 1);
  if (!without_checks.message) co_return;
  // Whatever was in the way may have passed meanwhile.
  Outcome again;
  co_await ask(&again, &query, QueryFlags(), failing, 1);
  if (again.message) {
    *outcome = std::move(again);
    co_return;
  }
  outcome->trouble.trouble = Trouble::bogus;
  outcome->trouble.detail += "; without DNSSEC checks it has an answer";
}

}  // namespace envelint::dns
