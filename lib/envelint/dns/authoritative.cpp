#include <envelint/dns/authoritative.hpp>

#include <envelint/dns/rdata.hpp>
#include <envelint/net/registry.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace envelint::dns {
namespace {

// A server of the parent zone that does not answer is passed over for so many others.
constexpr std::size_t kMaxParents = 2;

/// RFC 1982 §3.2.
bool is_newer(std::uint32_t serial, std::uint32_t than) { return static_cast<std::int32_t>(serial - than) > 0; }

/// Why an address is not asked. IPv6 blocks set aside are refused as a whole: several stand for an IPv4 address.
const net::SpecialRange* refused_range(const net::Address& address) {
  const net::Address plain = address.unmapped();
  const net::SpecialRange* range = net::special_range(plain);
  return range != nullptr && (range->never_a_source || !plain.is_v4()) ? range : nullptr;
}

bool has_route_trouble(const ZoneServer& server) {
  return server.soa.answer.unknown() && server.soa.answer.trouble == Trouble::network;
}

/// The names that NS records of this owner give.
std::vector<Name> targets_of(const std::vector<Record>& records, const Name& owner) {
  std::vector<Name> out;
  for (const Record& record : records) {
    const Name* const name = std::get_if<Name>(&record.data);
    if (record.type != Type::ns || record.owner != owner || name == nullptr || out.size() == kMaxNameServers) continue;
    if (std::ranges::find(out, *name) == out.end()) out.push_back(*name);
  }
  return out;
}

std::string what_is_wrong(const ServerAnswer& soa) {
  if (soa.answer.unknown() && soa.answer.detail.empty()) return std::string(to_string(soa.answer.trouble));
  if (soa.answer.unknown()) return soa.answer.detail;
  if (soa.referral) return "it refers to other servers";
  if (!soa.answer.has_records()) return "it has no SOA record of the zone";
  return "it answers without authority (no AA), as a resolver does";
}

/// A name server before its addresses are known.
struct Candidate {
  explicit Candidate(Name host) : server{std::move(host), false, false, {}, {}} {}

  NamelessServer server;
  std::vector<net::Address> glue;
};

/// The questions of one call. Lives in its frame.
class Sweep {
 public:
  Sweep(Resolver& resolver, DirectResolver& direct, AuthoritativeOptions options)
      : until_(options.budget.deadline),
        dns_(resolver, options.budget),
        direct_(direct),
        options_(std::move(options)) {}

  task::Task<AuthoritativeFacts> run(std::vector<Query> questions) {
    while (questions.size() > kMaxServerQuestions) questions.pop_back();
    co_await find_cuts(&questions);
    for (Query& question : questions) assign(std::move(question));
    std::vector<task::Task<void>> work;
    for (ZoneServers& zone : facts_.zones) work.push_back(ask_zone(&zone));
    co_await task::gather(std::move(work));
    co_return std::move(facts_);
  }

 private:
  task::Task<void> ask(Query query, Answer* out) { *out = co_await dns_.query(std::move(query)); }
  task::Task<void> ask_server(io::Endpoint server, Query query, ServerAnswer* out) {
    *out = co_await direct_.ask(std::move(server), std::move(query), until_);
  }

  [[nodiscard]] bool is_cut(const Name& name) const {
    const auto found = ns_.find(name);
    // Behind an alias are the servers of another name.
    return found != ns_.end() && found->second.has_records() && found->second.chain.empty();
  }

  /// Asks for NS at all names of the questions and above them: zones begin where there are such records.
  task::Task<void> find_cuts(const std::vector<Query>* questions) {
    for (const Query& question : *questions) {
      for (Name name = question.name; !name.is_root(); name = name.parent()) ns_.try_emplace(name);
    }
    ns_.try_emplace(Name());
    std::vector<task::Task<void>> work;
    for (auto& [name, answer] : ns_) work.push_back(ask(Query(name, Type::ns), &answer));
    co_await task::gather(std::move(work));
  }

  [[nodiscard]] std::optional<Name> cut_of(Name name) const {
    while (!is_cut(name)) {
      if (name.is_root()) return std::nullopt;
      name = name.parent();
    }
    return name;
  }

  void assign(Query question) {
    const auto cut = cut_of(question.name);
    if (!cut) return;
    auto zone = std::ranges::find(facts_.zones, *cut, &ZoneServers::zone);
    if (zone == facts_.zones.end()) {
      if (facts_.zones.size() == kMaxZones) return;
      facts_.zones.emplace_back();
      zone = std::prev(facts_.zones.end());
      zone->zone = *cut;
    }
    zone->questions.push_back(std::move(question));
  }

  task::Task<void> ask_zone(ZoneServers* zone) {
    std::vector<Candidate> candidates;
    for (Name& name : targets_of(ns_.at(zone->zone).records, zone->zone)) {
      candidates.emplace_back(std::move(name)).server.in_zone = true;
    }
    zone->resolver.resize(zone->questions.size());
    std::vector<task::Task<void>> work;
    for (std::size_t i = 0; i < zone->questions.size(); ++i) {
      work.push_back(ask(zone->questions[i], &zone->resolver[i]));
    }
    work.push_back(ask_delegation(zone, &candidates));
    co_await task::gather(std::move(work));
    co_await ask_addresses(&candidates);
    for (Candidate& candidate : candidates) add_servers(*zone, std::move(candidate));
    co_await ask_servers(zone);
  }

  /// Who serves the zone as its parent has it: a server of the parent refers to them (RFC 1034 §4.3.2).
  task::Task<void> ask_delegation(ZoneServers* zone, std::vector<Candidate>* candidates) {
    if (zone->zone.is_root()) co_return;
    const auto parent = cut_of(zone->zone.parent());
    if (!parent) co_return;
    std::vector<Name> hosts = targets_of(ns_.at(*parent).records, *parent);
    if (hosts.size() > kMaxParents) hosts.erase(hosts.begin() + kMaxParents, hosts.end());
    for (const Name& host : hosts) {
      Query address_of(host, Type::a);
      const Answer addresses = co_await dns_.query(std::move(address_of));
      if (!addresses.has_records()) continue;
      const auto* address = std::get_if<net::Address>(&addresses.records.front().data);
      if (address == nullptr || is_refused(*address)) continue;
      Query question(zone->zone, Type::ns);
      const ServerAnswer answer = co_await direct_.ask(endpoint(*address), std::move(question), until_);
      if (!answer.referral) continue;  // silent, or it has both zones and does not refer
      add_delegation(*zone, *candidates, answer);
      if (zone->delegation_known) co_return;
    }
  }

  static void add_delegation(ZoneServers& zone, std::vector<Candidate>& candidates, const ServerAnswer& answer) {
    for (Name& name : targets_of(answer.authority, zone.zone)) {
      zone.delegation_known = true;
      auto known = std::ranges::find(candidates, name, [](const Candidate& one) { return one.server.name; });
      if (known == candidates.end()) known = candidates.insert(known, Candidate(name));
      known->server.in_delegation = true;
      for (const Record& glue : answer.additional) {
        const auto* address = std::get_if<net::Address>(&glue.data);
        if (address != nullptr && glue.owner == name) known->glue.push_back(*address);
      }
    }
  }

  task::Task<void> ask_addresses(std::vector<Candidate>* candidates) {
    std::vector<task::Task<void>> work;
    for (Candidate& candidate : *candidates) {
      work.push_back(ask(Query(candidate.server.name, Type::a), &candidate.server.a));
      work.push_back(ask(Query(candidate.server.name, Type::aaaa), &candidate.server.aaaa));
    }
    co_await task::gather(std::move(work));
  }

  void add_servers(ZoneServers& zone, Candidate candidate) {
    std::vector<net::Address> addresses;
    for (const Answer* answer : {&candidate.server.a, &candidate.server.aaaa}) {
      for (const Record& record : answer->records) {
        if (const auto* address = std::get_if<net::Address>(&record.data)) addresses.push_back(*address);
      }
    }
    // Where its own zone is out of reach, glue is what others go by too.
    if (addresses.empty()) addresses = std::move(candidate.glue);
    if (addresses.empty()) zone.without_address.push_back(candidate.server);
    for (const net::Address& address : addresses) add_server(zone, candidate.server, address);
  }

  void add_server(ZoneServers& zone, const NamelessServer& from, const net::Address& address) {
    if (zone.servers.size() == kMaxServerAddresses) {
      ++zone.left_out;
      return;
    }
    ZoneServer server;
    server.name = from.name;
    server.address = address;
    server.in_zone = from.in_zone;
    server.in_delegation = from.in_delegation;
    if (is_refused(address)) {
      server.state = ZoneServer::State::set_aside;
      server.why = fmt::format("{}, {}", refused_range(address)->name, refused_range(address)->reference);
    }
    zone.servers.push_back(std::move(server));
  }

  // With the zone's SOA first: who is silent or lame is not asked more.
  task::Task<void> ask_servers(ZoneServers* zone) {
    std::vector<task::Task<void>> work;
    for (ZoneServer& server : zone->servers) {
      if (server.state == ZoneServer::State::set_aside) continue;
      work.push_back(ask_server(endpoint(server.address), Query(zone->zone, Type::soa), &server.soa));
    }
    co_await task::gather(std::move(work));
    for (ZoneServer& server : zone->servers) settle(server);
    pass_over_missing_ipv6(*zone);
    std::vector<task::Task<void>> more;
    for (ZoneServer& server : zone->servers) {
      if (server.state != ZoneServer::State::serves) continue;
      server.answers.resize(zone->questions.size());
      for (std::size_t i = 0; i < zone->questions.size(); ++i) {
        more.push_back(ask_server(endpoint(server.address), zone->questions[i], &server.answers[i]));
      }
    }
    co_await task::gather(std::move(more));
  }

  void settle(ZoneServer& server) const {
    if (server.state == ZoneServer::State::set_aside) return;
    const Answer& answer = server.soa.answer;
    if (answer.has_records() && server.soa.authoritative) {
      server.state = ZoneServer::State::serves;
      return;
    }
    if (answer.unknown() && is_late()) {
      server.state = ZoneServer::State::not_asked;
      server.why = "the time for this domain was over";
      return;
    }
    const bool silent = answer.unknown() && (answer.trouble == Trouble::timeout || answer.trouble == Trouble::network);
    server.state = silent ? ZoneServer::State::silent : ZoneServer::State::lame;
    server.why = what_is_wrong(server.soa);
  }

  /// A machine without IPv6 reaches no server over it, which is no fault of theirs.
  static void pass_over_missing_ipv6(ZoneServers& zone) {
    const auto v6 = [](const ZoneServer& server) {
      return !server.address.is_v4() && server.state != ZoneServer::State::set_aside;
    };
    const bool none =
        std::ranges::all_of(zone.servers, [&](const ZoneServer& one) { return !v6(one) || has_route_trouble(one); });
    const bool other = std::ranges::any_of(zone.servers, [&](const ZoneServer& one) {
      return one.address.is_v4() && one.state == ZoneServer::State::serves;
    });
    if (!none || !other) return;
    for (ZoneServer& server : zone.servers) {
      if (!v6(server)) continue;
      server.state = ZoneServer::State::not_asked;
      server.why = "this machine does not reach IPv6";
    }
  }

  [[nodiscard]] bool is_late() const { return options_.budget.clock && until_.passed(options_.budget.clock()); }
  [[nodiscard]] bool is_refused(const net::Address& address) const {
    return !options_.any_address && refused_range(address) != nullptr;
  }
  [[nodiscard]] io::Endpoint endpoint(const net::Address& address) const { return {address, options_.port}; }

  io::Deadline until_;
  BoundedResolver dns_;
  DirectResolver& direct_;
  AuthoritativeOptions options_;
  std::map<Name, Answer> ns_;
  AuthoritativeFacts facts_;
};

}  // namespace

const Soa* ZoneServer::start_of_authority() const noexcept {
  if (state != State::serves) return nullptr;
  return std::get_if<Soa>(&soa.answer.records.front().data);
}

const Soa* ZoneServers::newest() const noexcept {
  const Soa* out = nullptr;
  for (const ZoneServer& server : servers) {
    const Soa* const soa = server.start_of_authority();
    if (soa != nullptr && (out == nullptr || is_newer(soa->serial, out->serial))) out = soa;
  }
  return out;
}

std::optional<std::uint32_t> ZoneServers::negative_ttl() const noexcept {
  const Soa* const soa = newest();
  if (soa == nullptr) return std::nullopt;
  for (const ZoneServer& server : servers) {
    if (server.start_of_authority() == soa) return std::min(soa->minimum, server.soa.answer.records.front().ttl);
  }
  return std::nullopt;
}

task::Task<AuthoritativeFacts> ask_authoritative(Resolver& resolver, DirectResolver& direct,
                                                 std::vector<Query> questions, AuthoritativeOptions options) {
  Sweep sweep(resolver, direct, std::move(options));
  co_return co_await sweep.run(std::move(questions));
}

std::vector<std::string> spelled(const Answer& answer) {
  std::vector<std::string> out;
  if (!answer.chain.empty()) {
    out.push_back("CNAME " + text::lower(answer.chain.front().to_string()) + ".");
    return out;
  }
  for (const Record& record : answer.records) {
    const std::string line = presentation(record.data);
    out.push_back(std::holds_alternative<Text>(record.data) ? line : text::lower(line));
  }
  std::ranges::sort(out);
  return out;
}

std::vector<Opinion> opinions(const ZoneServers& zone, std::size_t question) {
  std::vector<Opinion> out;
  for (const ZoneServer& server : zone.servers) {
    if (server.state != ZoneServer::State::serves) continue;
    const ServerAnswer& said = server.answers[question];
    if (said.answer.unknown() || !said.authoritative) continue;
    std::vector<std::string> lines = spelled(said.answer);
    auto same = std::ranges::find(out, lines, &Opinion::lines);
    if (same == out.end()) same = out.insert(same, Opinion{std::move(lines), 0, {}});
    same->ttl = std::max(same->ttl, said.answer.ttl.value_or(0));
    same->servers.push_back(&server);
  }
  return out;
}

bool resolver_differs(const ZoneServers& zone, std::size_t question) {
  const Answer& answer = zone.resolver[question];
  const auto said = opinions(zone, question);
  return said.size() == 1 && !answer.unknown() && spelled(answer) != said.front().lines;
}

}  // namespace envelint::dns
