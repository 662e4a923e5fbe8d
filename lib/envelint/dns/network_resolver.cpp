#include <envelint/dns/network_resolver.hpp>

#include <envelint/dns/chain.hpp>
#include <envelint/dns/lookup.hpp>
#include <envelint/io/gate.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dns {
namespace {

constexpr std::size_t kMaxServers = 8;
// So many questions leave in one turn of the loop; then sockets are read. A receive buffer holds them.
constexpr std::size_t kEachTurn = 64;
// How often a server is asked that is asked alone.
constexpr int kDirectRounds = 2;

NetworkOptions settled(NetworkOptions options) {
  if (options.servers.empty()) {
    options.servers.emplace_back(net::Address(std::array<std::uint8_t, 4>{127, 0, 0, 1}), kDnsPort);
  }
  if (options.servers.size() > kMaxServers) options.servers.resize(kMaxServers);
  return options;
}

void add_extended_error(Answer& answer, const Message& message) {
  if (!message.extended_error) return;
  answer.extended_error = message.extended_error->code;
  if (answer.detail.empty()) answer.detail = message.extended_error->text;
}

bool is_referral(const Message& message, const Name& name) {
  return !message.authoritative && message.rcode == Rcode::noerror && message.answer.empty() &&
         std::ranges::any_of(message.authority, [&](const Record& record) {
           return record.type == Type::ns && name.is_within(record.owner);
         });
}

/// What a message says of the very name that was asked for, and no other.
Answer answer_at(const Message& message, const Query& query) {
  Message own = message;
  std::erase_if(own.answer, [&](const Record& record) { return record.owner != query.name; });
  if (!own.answer.empty()) {
    own.rcode = Rcode::noerror;  // else it is of a CNAME's target
    own.authority.clear();
  }
  Chain chain(query, false);
  static_cast<void>(chain.follow(own));
  return chain.take();
}

Answer answer_of(Chain& chain, const Outcome& outcome) {
  Answer answer = chain.take();
  answer.server = outcome.from->name();
  add_extended_error(answer, *outcome.message);
  return answer;
}

}  // namespace

struct NetworkResolver::State {
  State(io::EventLoop& on, NetworkOptions wanted)
      : loop(&on), options(settled(std::move(wanted))), gate(on, options.max_in_flight, kEachTurn) {
    for (const io::Endpoint& server : options.servers) links.emplace_back(*loop, random, counts, server, options);
    believe_ad = options.trust_ad || std::ranges::all_of(options.servers, &io::Endpoint::is_loopback);
  }

  /// The servers in the order in which to ask: those that have not answered for a while come last.
  std::vector<ServerLink*> order() {
    std::vector<ServerLink*> out;
    out.reserve(links.size());
    for (ServerLink& link : links) out.push_back(&link);
    if (out.size() == 1) return out;
    if (options.rotate) std::ranges::rotate(out, out.begin() + static_cast<std::ptrdiff_t>(first++ % out.size()));
    const io::TimePoint now = loop->now();
    std::ranges::stable_partition(out, [&](const ServerLink* link) { return !link->in_back_off(now); });
    return out;
  }

  io::EventLoop* loop;
  NetworkOptions options;
  Random random;
  TransportCounts counts;
  std::list<ServerLink> links;
  io::Gate gate;
  bool believe_ad = false;
  std::size_t first = 0;
};

NetworkResolver::NetworkResolver(io::EventLoop& loop, NetworkOptions options)
    : state_(std::make_unique<State>(loop, std::move(options))) {}

NetworkResolver::~NetworkResolver() = default;

const TransportCounts& NetworkResolver::counts() const noexcept { return state_->counts; }

task::Task<Answer> NetworkResolver::query(Query query) { return this->query(std::move(query), io::Deadline::never()); }

task::Task<Answer> NetworkResolver::query(Query query, io::Deadline until) {
  State& state = *state_;
  io::Gate::Pass pass(state.gate);
  co_await pass;
  Lookup lookup(*state.loop, state.random, state.options, earlier(until, state.loop->after(state.options.lookup_time)));
  Chain chain(query, state.believe_ad);
  while (true) {
    Outcome outcome;
    co_await lookup.ask(&outcome, &chain.question(), QueryFlags(), state.order(), state.options.rounds);
    if (outcome.is_servfail()) co_await lookup.explain(&outcome, chain.question());
    if (!outcome.message) co_return chain.give_up(outcome.trouble);
    if (chain.follow(*outcome.message) == Chain::Next::ask_on) continue;
    co_return answer_of(chain, outcome);
  }
}

task::Task<ServerAnswer> NetworkResolver::ask(io::Endpoint server, Query query, io::Deadline until) {
  State& state = *state_;
  io::Gate::Pass pass(state.gate);
  co_await pass;
  ServerLink link(*state.loop, state.random, state.counts, std::move(server), state.options);
  Lookup lookup(*state.loop, state.random, state.options, earlier(until, state.loop->after(state.options.lookup_time)));
  QueryFlags flags;
  flags.recursion_desired = false;
  std::vector<ServerLink*> alone(1, &link);
  Outcome outcome;
  co_await lookup.ask(&outcome, &query, flags, std::move(alone), kDirectRounds);
  ServerAnswer out;
  out.answer = outcome.message ? answer_at(*outcome.message, query) : std::move(outcome.trouble);
  out.answer.server = link.name();
  if (!outcome.message) co_return out;
  add_extended_error(out.answer, *outcome.message);
  out.authoritative = outcome.message->authoritative;
  out.referral = is_referral(*outcome.message, query.name);
  out.authority = std::move(outcome.message->authority);
  out.additional = std::move(outcome.message->additional);
  out.round_trip = outcome.round_trip;
  co_return out;
}

}  // namespace envelint::dns
