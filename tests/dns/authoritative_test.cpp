#include <support/catch.hpp>
#include <support/zone_servers.hpp>

#include <envelint/dns/authoritative.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::dns;

namespace {

constexpr std::string_view kZone = R"($ORIGIN example.com.
@      SOA ns1 admin 2 3600 900 604800 300
@      NS  ns1
@      NS  ns2
ns1    A   198.41.0.1
ns2    A   198.41.0.2
@      TXT "v=spf1 -all"
_dmarc TXT "v=DMARC1; p=reject"
alias  CNAME elsewhere.example.org.
)";

Name name(std::string_view text) { return *Name::parse(text); }

std::string_view word(ZoneServer::State state) {
  constexpr std::string_view kWords[] = {"serves", "lame", "silent", "set aside", "not asked"};
  return kWords[static_cast<std::size_t>(state)];
}

/// The servers of a zone, one a line.
std::string servers_of(const ZoneServers& zone) {
  std::string out;
  for (const ZoneServer& server : zone.servers) {
    out += fmt::format("{} {} {}\n", server.name.to_string(), server.address.to_string(), word(server.state));
  }
  for (const NamelessServer& server : zone.without_address)
    out += fmt::format("{} no address\n", server.name.to_string());
  return out;
}

/// What is said to the first question, as `address: lines`.
std::string said(const ZoneServers& zone) {
  std::string out;
  for (const Opinion& one : opinions(zone, 0)) {
    for (const ZoneServer* server : one.servers) out += server->address.to_string() + " ";
    out += fmt::format("for {}:", one.ttl);
    for (const std::string& line : one.lines) out += " " + line;
    out += "\n";
  }
  return out;
}

struct Asked {
  AuthoritativeFacts facts;
  std::size_t questions = 0;  ///< asked of servers
};

Asked ask(const std::string& text, std::vector<Query> questions, AuthoritativeOptions options = {}) {
  FakeResolver dns(text);
  test::ZoneServersOf servers(text, name("example.com"));
  Asked out;
  out.facts = task::sync_wait(ask_authoritative(dns, servers, std::move(questions), std::move(options)));
  out.questions = servers.asked;
  return out;
}

Asked ask_one(const std::string& more, std::string_view question = "_dmarc.example.com") {
  return ask(std::string(kZone) + more, {Query(name(question), Type::txt)});
}

/// Answers as the function says.
class Servers : public DirectResolver {
 public:
  using Handler = std::function<ServerAnswer(const io::Endpoint&, const Query&)>;
  explicit Servers(Handler handler) : handler_(std::move(handler)) {}

  task::Task<ServerAnswer> ask(io::Endpoint server, Query query, io::Deadline) override {
    endpoints.push_back(server);
    co_return handler_(server, query);
  }

  std::vector<io::Endpoint> endpoints;

 private:
  Handler handler_;
};

ServerAnswer with_soa(std::uint32_t serial = 1) {
  ServerAnswer out;
  out.authoritative = true;
  out.answer = Answer(Answer::State::records);
  Soa soa;
  soa.serial = serial;
  out.answer.records.emplace_back(name("example.com"), Type::soa, 3600U, soa);
  return out;
}

}  // namespace

TEST_CASE("each server of the zone that a name lies in is asked", "[dns][authoritative]") {
  const auto asked = ask_one("");
  REQUIRE(asked.facts.zones.size() == 1);
  const ZoneServers& zone = asked.facts.zones[0];
  CHECK(zone.zone == name("example.com"));
  CHECK(servers_of(zone) == "ns1.example.com 198.41.0.1 serves\nns2.example.com 198.41.0.2 serves\n");
  CHECK(said(zone) == "198.41.0.1 198.41.0.2 for 3600: \"v=DMARC1; p=reject\"\n");
  CHECK_FALSE(resolver_differs(zone, 0));
  CHECK(zone.newest()->serial == 2);
  CHECK(zone.negative_ttl() == 300);
  CHECK(asked.questions == 4);  // SOA and the question, of both
}

TEST_CASE("servers that differ are told apart by what they say", "[dns][authoritative]") {
  const auto asked = ask_one("; at ns2.example.com: _dmarc 60 TXT \"v=DMARC1; p=none\"\n");
  CHECK(said(asked.facts.zones[0]) ==
        "198.41.0.1 for 3600: \"v=DMARC1; p=reject\"\n198.41.0.2 for 60: \"v=DMARC1; p=none\"\n");
}

TEST_CASE("order, TTL and the letter case of names make no difference", "[dns][authoritative]") {
  const auto asked = ask(std::string(kZone) +
                             "@ MX 10 a\n@ MX 20 b\n; at ns2.example.com: @ 60 MX 20 B\n"
                             "; at ns2.example.com: @ 60 MX 10 A\n",
                         {Query(name("example.com"), Type::mx)});
  CHECK(opinions(asked.facts.zones[0], 0).size() == 1);
  const auto text = ask_one("; at ns2.example.com: _dmarc TXT \"v=DMARC1; p=REJECT\"\n");
  CHECK(opinions(text.facts.zones[0], 0).size() == 2);
}

TEST_CASE("nothing there is an opinion too, an error is none", "[dns][authoritative]") {
  CHECK(said(ask_one("; at ns2.example.com: without _dmarc TXT\n").facts.zones[0]) ==
        "198.41.0.1 for 3600: \"v=DMARC1; p=reject\"\n198.41.0.2 for 0:\n");
  const auto lame = ask_one("; at ns2.example.com: lame\n");
  CHECK(servers_of(lame.facts.zones[0]) == "ns1.example.com 198.41.0.1 serves\nns2.example.com 198.41.0.2 lame\n");
  CHECK(opinions(lame.facts.zones[0], 0).size() == 1);
  CHECK(lame.questions == 3);  // a lame server is asked no more
}

TEST_CASE("where an alias leads is not the servers' business", "[dns][authoritative]") {
  const auto asked = ask_one("elsewhere.example.org. TXT \"there\"\n", "alias.example.com");
  CHECK(said(asked.facts.zones[0]) == "198.41.0.1 198.41.0.2 for 3600: CNAME elsewhere.example.org.\n");
  CHECK_FALSE(resolver_differs(asked.facts.zones[0], 0));
}

TEST_CASE("a resolver that differs from all servers is noticed, also by what it lacks", "[dns][authoritative]") {
  const std::string both = "; at ns1.example.com: _dmarc TXT \"new\"\n; at ns2.example.com: _dmarc TXT \"new\"\n";
  CHECK(resolver_differs(ask_one(both).facts.zones[0], 0));
  const std::string more = "; at ns1.example.com: more TXT \"new\"\n; at ns2.example.com: more TXT \"new\"\n";
  CHECK(resolver_differs(ask_one(more, "more.example.com").facts.zones[0], 0));
  CHECK_FALSE(resolver_differs(ask_one("; at ns1.example.com: _dmarc TXT \"new\"\n").facts.zones[0], 0));
  CHECK_FALSE(resolver_differs(ask_one(both + ";! timeout _dmarc.example.com. TXT\n").facts.zones[0], 0));
}

TEST_CASE("names below a delegation are asked of its servers", "[dns][authoritative]") {
  const std::string more =
      "_domainkey NS ns9.example.com.\nns9 A 198.41.0.9\n_domainkey SOA ns9 admin 7 1 1 1 1\n"
      "s1._domainkey TXT \"v=DKIM1; p=\"\n";
  const auto asked = ask(std::string(kZone) + more, {Query(name("_dmarc.example.com"), Type::txt),
                                                     Query(name("s1._domainkey.example.com"), Type::txt)});
  REQUIRE(asked.facts.zones.size() == 2);
  CHECK(asked.facts.zones[1].zone == name("_domainkey.example.com"));
  CHECK(servers_of(asked.facts.zones[1]) == "ns9.example.com 198.41.0.9 serves\n");
  CHECK(asked.facts.zones[1].newest()->serial == 7);
}

TEST_CASE("addresses of private networks and of this machine are not asked", "[dns][authoritative]") {
  for (const char* address : {"A 127.0.0.1", "A 10.1.2.3", "A 192.168.1.1", "A 169.254.169.254", "A 100.64.0.1",
                              "A 0.0.0.0", "A 255.255.255.255", "AAAA ::1", "AAAA fe80::1", "AAAA fd00::1",
                              "AAAA ::ffff:127.0.0.1", "AAAA 64:ff9b::7f00:1", "AAAA 2002:7f00:1::"}) {
    CAPTURE(address);
    const std::string zone = fmt::format(
        "example.com. NS ns1.example.com.\nexample.com. SOA ns1 a 1 1 1 1 1\n"
        "ns1.example.com. {}\n",
        address);
    FakeResolver dns(zone);
    Servers servers([](const io::Endpoint&, const Query&) { return with_soa(); });
    const auto run = [&](bool any) {
      AuthoritativeOptions options;
      options.any_address = any;
      options.port = 5353;
      std::vector<Query> questions{Query(name("example.com"), Type::txt)};
      return task::sync_wait(ask_authoritative(dns, servers, std::move(questions), std::move(options)));
    };
    const auto guarded = run(false);
    CHECK(servers.endpoints.empty());
    REQUIRE(guarded.zones[0].servers.size() == 1);
    CHECK(guarded.zones[0].servers[0].state == ZoneServer::State::set_aside);
    CHECK_FALSE(guarded.zones[0].servers[0].why.empty());
    CHECK(run(true).zones[0].servers[0].state == ZoneServer::State::serves);
    CHECK(servers.endpoints.at(0).port == 5353);
  }
}

TEST_CASE("a machine without IPv6 says nothing about servers there", "[dns][authoritative]") {
  FakeResolver dns(std::string(kZone) + "ns2 AAAA 2a00::2\nns2 AAAA 2a00::3\n");
  bool any_v6 = false;
  Servers servers([&](const io::Endpoint& server, const Query&) {
    if (server.address.is_v4() || (any_v6 && server.address.to_string() == "2a00::2")) return with_soa();
    ServerAnswer out;
    out.answer = Answer(Trouble::network, "Network is unreachable");
    return out;
  });
  const auto run = [&] {
    std::vector<Query> questions{Query(name("example.com"), Type::txt)};
    return servers_of(task::sync_wait(ask_authoritative(dns, servers, std::move(questions), {})).zones[0]);
  };
  CHECK(run() ==
        "ns1.example.com 198.41.0.1 serves\nns2.example.com 198.41.0.2 serves\n"
        "ns2.example.com 2a00::2 not asked\nns2.example.com 2a00::3 not asked\n");
  any_v6 = true;
  CHECK(run().ends_with("ns2.example.com 2a00::2 serves\nns2.example.com 2a00::3 silent\n"));
}

TEST_CASE("a server that there was no time to ask is not called silent", "[dns][authoritative]") {
  FakeResolver dns{kZone};
  io::TimePoint now;
  Servers servers([&](const io::Endpoint&, const Query&) {
    now += std::chrono::seconds(3);
    ServerAnswer out;
    out.answer = Answer(Trouble::timeout, "no time was left to ask");
    return out;
  });
  AuthoritativeOptions options;
  options.budget.deadline = now + std::chrono::seconds(5);
  options.budget.clock = [&] { return now; };
  std::vector<Query> questions{Query(name("example.com"), Type::txt)};
  const auto facts = task::sync_wait(ask_authoritative(dns, servers, std::move(questions), options));
  CHECK(servers_of(facts.zones[0]) == "ns1.example.com 198.41.0.1 not asked\nns2.example.com 198.41.0.2 not asked\n");
}

TEST_CASE("servers that only the parent zone names are found, and asked by its glue", "[dns][authoritative]") {
  FakeResolver dns(std::string(kZone) + "com. NS a.gtld-servers.net.\na.gtld-servers.net. A 192.5.6.30\n");
  Servers servers([](const io::Endpoint& server, const Query& query) {
    if (server.address.to_string() != "192.5.6.30") return with_soa();
    ServerAnswer out;
    out.referral = true;
    for (const char* host : {"ns1.example.com", "old.example.com"}) {
      out.authority.emplace_back(query.name, Type::ns, 3600U, name(host));
    }
    out.additional.emplace_back(name("old.example.com"), Type::a, 3600U, *net::Address::parse("198.41.0.7"));
    out.additional.emplace_back(name("planted.example.com"), Type::a, 3600U, *net::Address::parse("198.41.0.8"));
    return out;
  });
  std::vector<Query> questions{Query(name("example.com"), Type::txt)};
  const auto facts = task::sync_wait(ask_authoritative(dns, servers, std::move(questions), {}));
  const ZoneServers& zone = facts.zones.at(0);
  CHECK(zone.delegation_known);
  std::string where;
  for (const ZoneServer& server : zone.servers) {
    where += fmt::format("{} {}{}\n", server.address.to_string(), server.in_zone ? "zone " : "",
                         server.in_delegation ? "delegation" : "");
  }
  CHECK(where == "198.41.0.1 zone delegation\n198.41.0.2 zone \n198.41.0.7 delegation\n");
}

TEST_CASE("servers, addresses, questions and zones are bounded", "[dns][authoritative]") {
  std::string zone = "example.com. SOA ns1 a 1 1 1 1 1\n";
  for (int i = 0; i < 40; ++i) {
    zone += fmt::format(
        "example.com. NS ns{0}.example.com.\nns{0}.example.com. A 198.41.1.{0}\n"
        "ns{0}.example.com. A 198.41.2.{0}\nsub{0}.example.com. NS ns1.example.com.\n",
        i);
  }
  FakeResolver dns(zone);
  Servers servers([](const io::Endpoint&, const Query&) { return with_soa(); });
  std::vector<Query> questions;
  for (int i = 0; i < 100; ++i) questions.emplace_back(name(fmt::format("sub{}.example.com", i)), Type::txt);
  const auto facts = task::sync_wait(ask_authoritative(dns, servers, std::move(questions), {}));
  CHECK(facts.zones.size() == kMaxZones);
  std::vector<Query> many;
  for (int i = 0; i < 100; ++i) many.emplace_back(name(fmt::format("n{}.example.com", i)), Type::txt);
  servers.endpoints.clear();
  const auto one = task::sync_wait(ask_authoritative(dns, servers, std::move(many), {}));
  CHECK(one.zones[0].servers.size() == kMaxServerAddresses);
  CHECK(one.zones[0].left_out == 2 * kMaxNameServers - kMaxServerAddresses);
  CHECK(servers.endpoints.size() == kMaxServerAddresses * (1 + kMaxServerQuestions));
}

TEST_CASE("serials are compared around their end", "[dns][authoritative]") {
  FakeResolver dns{kZone};
  Servers servers([](const io::Endpoint& server, const Query&) {
    return with_soa(server.address.to_string() == "198.41.0.1" ? 0xffff'fff0 : 5);
  });
  std::vector<Query> questions{Query(name("example.com"), Type::txt)};
  const auto facts = task::sync_wait(ask_authoritative(dns, servers, std::move(questions), {}));
  CHECK(facts.zones[0].newest()->serial == 5);
}

TEST_CASE("a name without a zone that can be found leaves nothing to ask", "[dns][authoritative]") {
  CHECK(ask(";! timeout example.com.\n", {Query(name("example.com"), Type::txt)}).facts.zones.empty());
}
