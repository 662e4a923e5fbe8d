#include <envelint/audit/authority_rules.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace envelint::audit {
namespace {

using dns::Opinion;
using dns::ZoneServer;
using dns::ZoneServers;
using finding::Code;
using finding::Findings;

// Of a long value the beginning is enough to know it by; all of it is in the table of servers.
constexpr std::size_t kMostShown = 60;
constexpr std::size_t kMostLines = 3;

// RFC 2308 §5: one to three hours have been found to work well.
constexpr std::uint32_t kLongNegative = 3 * 3600;

std::string question_of(const dns::Query& query) {
  return fmt::format("{} {}", query.name.to_string(), to_string(query.type));
}

std::string cut(std::string_view text) {
  if (text.size() <= kMostShown) return std::string(text);
  return std::string(text.substr(0, kMostShown)) + "…";
}

std::string list_of(const std::vector<std::string>& words) {
  if (words.size() < 2) return words.empty() ? "" : words.front();
  const std::string first = fmt::format("{}", fmt::join(words.begin(), words.end() - 1, ", "));
  return fmt::format("{} and {}", first, words.back());
}

// `"v=spf1 -all"` and `"other"`, of which lines in `common` are left out
std::string quoted(const std::vector<std::string>& lines, const std::vector<std::string>& common) {
  std::vector<std::string> own;
  std::ranges::set_difference(lines, common, std::back_inserter(own));
  if (own.empty()) return common.empty() ? "nothing" : "nothing else";
  std::vector<std::string> words;
  for (std::size_t i = 0; i < std::min(own.size(), kMostLines); ++i) words.push_back(fmt::format("`{}`", cut(own[i])));
  if (own.size() > kMostLines) words.push_back(fmt::format("{} more", own.size() - kMostLines));
  return list_of(words);
}

std::vector<std::string> common_lines(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::string> out;
  std::ranges::set_intersection(a, b, std::back_inserter(out));
  return out;
}

std::vector<std::string> common_lines(const std::vector<Opinion>& said) {
  std::vector<std::string> out = said.front().lines;
  for (const Opinion& one : said) out = common_lines(out, one.lines);
  return out;
}

// `ns1.example.com` (192.0.2.1 and 2001:db8::1)
std::string describe(const std::vector<const ZoneServer*>& servers) {
  std::vector<std::string> words;
  for (auto first = servers.begin(); first != servers.end();) {
    const dns::Name& name = (*first)->name;
    const auto next = std::find_if(first, servers.end(), [&](const ZoneServer* one) { return one->name != name; });
    std::vector<std::string> addresses;
    for (auto one = first; one != next; ++one) addresses.push_back((*one)->address.to_string());
    words.push_back(fmt::format("`{}` ({})", name.to_string(), list_of(addresses)));
    first = next;
  }
  return list_of(words);
}

/// A server with an older zone than others, if there is one.
const ZoneServer* behind(const ZoneServers& zone) {
  const dns::Soa* const newest = zone.newest();
  const auto found = std::ranges::find_if(zone.servers, [&](const ZoneServer& server) {
    const dns::Soa* const soa = server.start_of_authority();
    return soa != nullptr && soa->serial != newest->serial;
  });
  return found == zone.servers.end() ? nullptr : &*found;
}

// RFC 1034 §4.2.2, §4.3.5.
void disagreement(const ZoneServers& zone, std::size_t question, Findings& out) {
  const auto said = opinions(zone, question);
  if (said.size() < 2) return;
  const auto common = common_lines(said);
  std::vector<std::string> words;
  for (const Opinion& one : said) {
    words.push_back(fmt::format("{} {} {}", describe(one.servers), one.servers.size() == 1 ? "says" : "say",
                                quoted(one.lines, common)));
  }
  const dns::Query& query = zone.questions[question];
  auto draft = out.add(Code::dns_servers_disagree, {});
  draft.owner(query.name.to_string())
      .message("the name servers of `{}` disagree about `{}`", zone.zone.to_string(), question_of(query))
      .note("{}; which of them a receiver gets is chance, and it changes from one message to the next",
            fmt::format("{}", fmt::join(words, "; ")));
  if (const ZoneServer* const late = behind(zone)) {
    draft.help(
        "`{}` has serial {} where the newest is {}: have it fetch the zone again, and see why it did not, such "
        "as NOTIFY or transfers (AXFR) that are blocked",
        late->name.to_string(), late->start_of_authority()->serial, zone.newest()->serial);
  } else {
    draft.help(
        "all servers have serial {}, so none will fetch the zone by itself: correct it at its source, raise the "
        "serial, and have every server load it",
        zone.newest()->serial);
  }
}

// RFC 9499: a resolver's answer holds until its TTL is over, whatever the servers say meanwhile.
void resolver_differs(const ZoneServers& zone, std::size_t question, Findings& out) {
  if (!dns::resolver_differs(zone, question)) return;
  const dns::Answer& answer = zone.resolver[question];
  const Opinion servers = opinions(zone, question).front();
  const auto lines = dns::spelled(answer);
  const auto common = common_lines(lines, servers.lines);
  const dns::Query& query = zone.questions[question];
  auto draft = out.add(Code::dns_resolver_differs, {});
  draft.owner(query.name.to_string())
      .message("the resolver gives another answer for `{}` than the name servers of `{}`", question_of(query),
               zone.zone.to_string());
  const std::string both =
      fmt::format("the resolver says {}, they say {}", quoted(lines, common), quoted(servers.lines, common));
  if (answer.ttl) {
    draft.note("{}; caches may show the old answer for up to {} s more", both, *answer.ttl);
    draft.help(
        "if the record was changed lately, run it again in {} s; if it stays, the resolver rewrites answers or "
        "has its own version of the zone: ask another with `--nameserver ADDRESS`",
        *answer.ttl);
  } else {
    draft.note("{}; caches show an old answer until its TTL is over", both);
    draft.help(
        "if it stays, the resolver rewrites answers or has its own version of the zone: ask another with "
        "`--nameserver ADDRESS`");
  }
}

// How to be rid of a server, as it depends on where it is named.
std::string where_named(const ZoneServers& zone, bool in_zone, bool in_delegation) {
  if (!zone.delegation_known) return "take it out of the NS records, in the zone and at the registrar";
  if (!in_zone) return "only the delegation in the parent zone names it: take it out at the registrar";
  if (!in_delegation) return "only the zone itself names it: take it out of its NS records";
  return "take it out of the NS records of the zone and out of the delegation at the registrar";
}

// RFC 1912 §2.8, and servers that nobody reaches.
void broken_server(const ZoneServers& zone, const std::vector<const ZoneServer*>& same, Findings& out) {
  const ZoneServer& server = *same.front();
  const std::string zone_name = zone.zone.to_string();
  const std::string who = describe(same);
  const std::string away = where_named(zone, server.in_zone, server.in_delegation);
  constexpr std::string_view kHarm =
      "resolvers that choose it lose time and ask another: lookups of all the domain's records are slow, and some fail";
  auto draft = out.add(Code::dns_lame_name_server, {});
  draft.owner(server.name.to_string());
  switch (server.state) {
    case ZoneServer::State::set_aside:
      draft.message("{}, a name server of `{}`, has an address that nobody outside reaches", who, zone_name)
          .note("{}; it was not asked, since a stranger's zone has no say about what is asked inside this network; {}",
                server.why, kHarm)
          .help(
              "publish its public address, or {}; to check an inner zone, name its resolver with "
              "`--nameserver ADDRESS`",
              away);
      return;
    case ZoneServer::State::lame:
      draft.message("{} does not serve `{}`, whose name server it should be", who, zone_name)
          .note("{}; {}", server.why, kHarm)
          .help("load the zone there, or {}", away);
      return;
    default:
      draft.message("{}, a name server of `{}`, does not answer", who, zone_name)
          .note("{}; {}", server.why, kHarm)
          .help("have it answer on port 53, UDP and TCP, or {}", away);
  }
}

void broken_servers(const ZoneServers& zone, Findings& out) {
  std::vector<const ZoneServer*> broken;
  for (const ZoneServer& server : zone.servers) {
    const bool in_order = server.state == ZoneServer::State::serves || server.state == ZoneServer::State::not_asked;
    if (!in_order) broken.push_back(&server);
  }
  while (!broken.empty()) {
    // Addresses of one server with one fault are one finding.
    std::vector<const ZoneServer*> same;
    const ZoneServer& first = *broken.front();
    std::ranges::copy_if(broken, std::back_inserter(same),
                         [&](const ZoneServer* one) { return one->name == first.name && one->state == first.state; });
    std::erase_if(broken, [&](const ZoneServer* one) { return std::ranges::find(same, one) != same.end(); });
    broken_server(zone, same, out);
  }
}

void servers_without_address(const ZoneServers& zone, Findings& out) {
  for (const dns::NamelessServer& server : zone.without_address) {
    const bool unknown = server.a.unknown() || server.aaaa.unknown();
    const dns::Answer& telling = server.a.unknown() ? server.a : server.aaaa;
    const std::string reason = !unknown                 ? "neither A nor AAAA records are there"
                               : telling.detail.empty() ? std::string(to_string(telling.trouble))
                                                        : telling.detail;
    out.add(Code::dns_lame_name_server, {})
        .owner(server.name.to_string())
        .message("`{}`, a name server of `{}`, {}", server.name.to_string(), zone.zone.to_string(),
                 unknown ? "cannot be found: nobody answers where its address is asked for" : "has no address")
        .note("{}; nobody can ask it, and the zone is served by fewer servers than it seems", reason)
        .help("publish its address, or {}", where_named(zone, server.in_zone, server.in_delegation));
  }
}

// RFC 2308 §5.
void long_negative_ttl(const ZoneServers& zone, Findings& out) {
  const auto ttl = zone.negative_ttl();
  if (!ttl || *ttl <= kLongNegative) return;
  const std::string name = zone.zone.to_string();
  out.add(Code::dns_long_negative_ttl, {})
      .owner(name)
      .message("a new record in `{}` stays invisible for up to {} s to resolvers that asked for it before", name, *ttl)
      .note(
          "so long they may believe that a name does not exist: the lesser of the TTL of the SOA record and its last "
          "number counts; some stop at 1 or 3 hours by themselves")
      .help("set the last number of the SOA record to 3600 or less, then raise the serial");
}

}  // namespace

std::vector<dns::Query> questions_to_servers(const DomainFacts& facts) {
  std::vector<dns::Query> out;
  out.emplace_back(facts.domain, dns::Type::txt);
  out.emplace_back(facts.domain, dns::Type::mx);
  constexpr std::array<std::string_view, 3> kBelow{"_dmarc", "_mta-sts", "_smtp._tls"};
  for (const std::string_view labels : kBelow) {
    if (const auto name = dns::Name::parse(labels)->under(facts.domain)) out.emplace_back(*name, dns::Type::txt);
  }
  for (const SelectorFacts& selector : facts.selectors) {
    if (out.size() == dns::kMaxServerQuestions) break;
    if (selector.txt.has_records()) out.emplace_back(selector.name, dns::Type::txt);
  }
  return out;
}

void check_authority(const DomainFacts& facts, Findings& out) {
  if (!facts.authoritative) return;
  for (const ZoneServers& zone : facts.authoritative->zones) {
    broken_servers(zone, out);
    servers_without_address(zone, out);
    for (std::size_t i = 0; i < zone.questions.size(); ++i) {
      disagreement(zone, i, out);
      resolver_differs(zone, i, out);
    }
    long_negative_ttl(zone, out);
  }
}

}  // namespace envelint::audit
