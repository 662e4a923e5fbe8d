#include <support/catch.hpp>

#include <dns/net.hpp>

#include <envelint/dns/extended_error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace test;
using envelint::dns::Query;
using envelint::dns::Record;
using envelint::dns::ServerAnswer;
using envelint::dns::Type;

namespace {

constexpr std::string_view kZone = R"($ORIGIN example.com.
@         300 TXT "v=spf1 -all"
@         300 MX 10 mx
mx        300 A 192.0.2.1
alias     120 CNAME target
target    300 A 192.0.2.2
gone      300 CNAME nowhere
)";

}  // namespace

TEST_CASE("a server on the network answers like a zone file", "[dns][network]") {
  Net net{ZoneHandler(kZone)};
  CHECK(net.ask("example.com") == "\"v=spf1 -all\" for 300");
  CHECK(net.ask("example.com", Type::mx) == "10 mx.example.com. for 300");
  CHECK(net.ask("alias.example.com", Type::a) == "192.0.2.2 via target.example.com for 300");
  CHECK(net.ask("example.com", Type::aaaa) == "nodata for 60");
  CHECK(net.ask("no.example.com", Type::a) == "nxdomain for 60");
  CHECK(net.ask("gone.example.com", Type::a) == "nxdomain via nowhere.example.com for 60");
  CHECK(net.answer("example.com").server == net.server.endpoint().to_string(53));
}

namespace {

Draft text_answer(const Asked& asked, std::string_view text) {
  Draft out = asked.answer();
  out.answer.push_back(wire_record("\xc0\x0c", 16, wire_strings({std::string(text)})));
  return out;
}

Draft failure(const Asked& asked, unsigned rcode) { return asked.answer(rcode); }

Draft failure(const Asked& asked, unsigned rcode, unsigned code, std::string_view text) {
  Draft out = asked.answer(rcode);
  out.additional = {wire_opt(wire_extended_error(code, text))};
  return out;
}

Handler always(unsigned rcode) {
  return [rcode](const Asked& asked) -> std::vector<Sent> { return {failure(asked, rcode).bytes()}; };
}

Handler silent() {
  return [](const Asked&) -> std::vector<Sent> { return {}; };
}

Handler says(std::string text) {
  return
      [text = std::move(text)](const Asked& asked) -> std::vector<Sent> { return {text_answer(asked, text).bytes()}; };
}

std::string soa_record(std::string_view owner, std::uint32_t ttl, std::uint32_t minimum) {
  envelint::dns::Soa soa;
  soa.minimum = minimum;
  return wire_record(wire_name(owner), 6, wire_data(soa), ttl);
}

/// Several servers that one resolver asks in this order.
struct Servers {
  explicit Servers(std::vector<Handler> handlers, NetworkOptions options = {}) {
    for (Handler& handler : handlers) {
      servers.push_back(std::make_unique<FakeServer>(loop, std::move(handler)));
      options.servers.push_back(servers.back()->endpoint());
    }
    resolver.emplace(loop, std::move(options));
  }
  std::string ask(std::string_view name) {
    const Answer answer = loop.run(resolver->query(Query(*Name::parse(name), Type::txt)));
    std::string out = shown(answer);
    for (std::size_t i = 0; i < servers.size(); ++i) {
      const std::string self = servers[i]->endpoint().to_string(53);
      for (std::size_t at = out.find(self); at != std::string::npos; at = out.find(self)) {
        out.replace(at, self.size(), fmt::format("S{}", i));
      }
    }
    return out;
  }
  [[nodiscard]] std::size_t asked(std::size_t server) const { return servers[server]->asked.size(); }

  envelint::io::EventLoop loop{envelint::io::ClockKind::simulated};
  std::vector<std::unique_ptr<FakeServer>> servers;
  std::optional<NetworkResolver> resolver;
};

}  // namespace

TEST_CASE("the next server is asked when one is silent, fails or refuses", "[dns][network]") {
  for (const Handler& first : {silent(), always(2), always(5), always(4), always(9)}) {
    Servers s({first, says("second")});
    CHECK(s.ask("example.com") == "\"second\" for 300");
  }
}

TEST_CASE("a server that does not listen is passed over at once", "[dns][network]") {
  Servers s({says("first"), says("second")});
  s.servers[0].reset();
  const auto start = s.loop.now();
  s.servers.erase(s.servers.begin());
  CHECK(s.ask("example.com") == "\"second\" for 300");
  CHECK(s.loop.now() - start < 100ms);
}

TEST_CASE("no server that listens is trouble with the network", "[dns][network]") {
  Servers s({says("first")});
  const std::string address = s.servers[0]->endpoint().to_string(53);
  s.servers.clear();
  CHECK(s.ask("example.com") == "network: " + address + ": Connection refused");
}

TEST_CASE("of several faults the most telling one is told", "[dns][network]") {
  CHECK(Servers({silent(), always(5)}).ask("example.com") == "refused: S1 answered REFUSED");
  CHECK(Servers({always(2), always(5)}).ask("example.com") == "servfail: S0 answered SERVFAIL");
  CHECK(Servers({always(9)}).ask("example.com") == "servfail: S0 answered RCODE 9");
  CHECK(Servers({silent(), silent()}).ask("example.com") == "timeout: no answer from S0");
}

TEST_CASE("a server that stays silent is asked last for a while", "[dns][network]") {
  Servers s({silent(), says("second")});
  for (int i = 0; i < 3; ++i) CHECK(s.ask("example.com") == "\"second\" for 300");
  CHECK(s.asked(0) == 3);
  CHECK(s.ask("example.com") == "\"second\" for 300");
  CHECK(s.asked(0) == 3);
  s.loop.run(envelint::io::sleep_until(&s.loop, s.loop.after(2s)));
  CHECK(s.ask("example.com") == "\"second\" for 300");
  CHECK(s.asked(0) == 4);
}

TEST_CASE("servers take turns when that is wanted", "[dns][network]") {
  NetworkOptions options;
  options.rotate = true;
  Servers s({says("first"), says("second")}, options);
  for (int i = 0; i < 10; ++i) s.ask("example.com");
  CHECK(s.asked(0) == 5);
  CHECK(s.asked(1) == 5);
}

TEST_CASE("a server that does not know EDNS is asked without it, and so from then on", "[dns][network]") {
  for (const bool headless : {false, true}) {
    for (const unsigned rcode : {1U, 4U}) {
      Net net([&](const Asked& asked) -> std::vector<Sent> {
        if (!asked.edns()) return {text_answer(asked, "plain").bytes()};
        Draft out = asked.answer(rcode);
        out.additional.clear();
        if (headless) {
          out.question.clear();
          out.questions = 0;
        }
        return {out.bytes()};
      });
      CHECK(net.ask("example.com") == "\"plain\" for 300");
      CHECK(net.server.asked.size() == 2);
      CHECK(net.ask("example.org") == "\"plain\" for 300");
      CHECK(net.server.asked.size() == 3);
    }
  }
}

TEST_CASE("a server that understands nothing is one that fails", "[dns][network]") {
  Net net(always(1));
  CHECK(net.ask("example.com") == "servfail: S answered FORMERR");
  CHECK(net.server.asked.size() <= 4);
}

TEST_CASE("SERVFAIL with an error of DNSSEC is bogus, whatever another server says", "[dns][network]") {
  for (const unsigned code : {6U, 7U, 12U}) {
    Servers s({[code](const Asked& asked) -> std::vector<Sent> {
                 return {failure(asked, 2, code, "signature expired").bytes()};
               },
               says("unchecked")});
    CHECK(s.ask("example.com") == "bogus: S0 answered SERVFAIL with " +
                                      envelint::dns::describe_extended_error(static_cast<std::uint16_t>(code)) +
                                      ": signature expired");
    CHECK(s.asked(0) == 1);
  }
}

TEST_CASE("SERVFAIL that is an answer with checking disabled is bogus", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    return {asked.checking_disabled() ? text_answer(asked, "unchecked").bytes() : failure(asked, 2).bytes()};
  });
  CHECK(net.ask("example.com") == "bogus: S answered SERVFAIL; without DNSSEC checks it has an answer");
  CHECK(net.server.asked.size() == 3);
}

TEST_CASE("SERVFAIL that has passed meanwhile is not bogus", "[dns][network]") {
  int count = 0;
  Net net([&](const Asked& asked) -> std::vector<Sent> {
    return {++count == 1 ? failure(asked, 2).bytes() : text_answer(asked, "back").bytes()};
  });
  CHECK(net.ask("example.com") == "\"back\" for 300");
}

TEST_CASE("SERVFAIL keeps the error that explains it, its text made visible", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    return {failure(asked, 2, 22, "no reachable \x1b[31mauthority\n").bytes()};
  });
  const Answer answer = net.answer("example.com");
  CHECK(answer.trouble == Trouble::servfail);
  CHECK(answer.extended_error == 22);
  CHECK(net.without_address(answer.detail) ==
        R"(S answered SERVFAIL with No Reachable Authority (22): no reachable \u{001B}[31mauthority\n)");
  CHECK(net.without_address(answer.server) == "S");
}

TEST_CASE("an answer that a resolver puts in the place of the zone's own is no answer", "[dns][network]") {
  for (const unsigned code : {4U, 15U, 16U, 17U}) {
    CAPTURE(code);
    for (const unsigned rcode : {0U, 3U}) {
      Net net([&](const Asked& asked) -> std::vector<Sent> { return {failure(asked, rcode, code, "").bytes()}; });
      CHECK(net.answer("example.com").trouble == Trouble::refused);
    }
    Net forged([&](const Asked& asked) -> std::vector<Sent> {
      Draft out = text_answer(asked, "v=spf1 -all");
      out.additional = {wire_opt(wire_extended_error(code, ""))};
      return {out.bytes()};
    });
    CHECK(forged.answer("example.com").unknown());
  }
  Net net([](const Asked& asked) -> std::vector<Sent> { return {failure(asked, 3, 15, "by policy").bytes()}; });
  CHECK(net.ask("example.com") == "refused: S answered NXDOMAIN with Blocked (15): by policy");
  CHECK(Servers({[](const Asked& asked) -> std::vector<Sent> { return {failure(asked, 3, 15, "").bytes()}; },
                 says("the zone's own")})
            .ask("example.com") == "\"the zone's own\" for 300");
}

TEST_CASE("an answer says whether it has been proved, if the server is believed", "[dns][network]") {
  const Handler proved = [](const Asked& asked) -> std::vector<Sent> {
    Draft out = text_answer(asked, "proved");
    out.flags |= 0x0020;
    out.additional = {wire_opt(wire_extended_error(3, "stale"))};
    return {out.bytes()};
  };
  Net net(proved);
  const Answer answer = net.answer("example.com");
  CHECK(answer.authenticated);
  CHECK(answer.extended_error == 3);
  CHECK(answer.detail == "stale");
  CHECK_FALSE(Net(says("unproved")).answer("example.com").authenticated);
  // A server that is not on loopback counts, though it is never asked here.
  NetworkOptions far;
  far.servers.emplace_back(envelint::net::Address(std::array<std::uint8_t, 4>{192, 0, 2, 53}), std::uint16_t{53});
  CHECK_FALSE(Net(proved, far).answer("example.com").authenticated);
  CHECK(Net(proved, far).answer("example.com").unverified_ad);
  CHECK_FALSE(Net(says("unproved"), far).answer("example.com").unverified_ad);
  far.trust_ad = true;
  CHECK(Net(proved, far).answer("example.com").authenticated);
  CHECK_FALSE(Net(proved, far).answer("example.com").unverified_ad);
}

TEST_CASE("an answer in pieces is proved if all of them are", "[dns][network]") {
  for (const bool tail_proved : {true, false}) {
    Net net([&](const Asked& asked) -> std::vector<Sent> {
      const bool tail = asked.name() == *Name::parse("b.example");
      Draft out = tail ? text_answer(asked, "tail") : asked.answer();
      if (!tail) out.answer.push_back(wire_record("\xc0\x0c", 5, wire_name("b.example")));
      if (!tail || tail_proved) out.flags |= 0x0020;
      return {out.bytes()};
    });
    CHECK(net.answer("a.example").authenticated == tail_proved);
    CHECK(net.server.asked.size() == 2);
  }
}

TEST_CASE("records off the chain are not believed", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record(wire_name("other.example"), 16, wire_strings({"planted"})));
    out.answer.push_back(wire_record("\xc0\x0c", 16, wire_strings({"own"})));
    out.answer.push_back(wire_record("\xc0\x0c", 16, wire_strings({"of another class"}), 300, 3));
    out.answer.push_back(wire_record("\xc0\x0c", 16, wire_strings({"own"})));
    out.authority.push_back(wire_record("\xc0\x0c", 16, wire_strings({"in authority"})));
    out.additional.push_back(wire_record("\xc0\x0c", 16, wire_strings({"in additional"})));
    return {out.bytes()};
  });
  CHECK(net.ask("example.com") == "\"own\" for 300");
}

TEST_CASE("an answer with none but records off the chain says nothing, not that nothing is there", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record(wire_name("other.example"), 16, wire_strings({"planted"})));
    return {out.bytes()};
  });
  CHECK(net.ask("example.com") == "malformed: the answer holds records, but none that was asked for");
}

TEST_CASE("a chain may stand in any order in its message", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record(wire_name("c.example"), 16, wire_strings({"end"}), 500));
    out.answer.push_back(wire_record(wire_name("b.example"), 5, wire_name("c.example"), 50));
    out.answer.push_back(wire_record(wire_name("a.example"), 5, wire_name("b.example"), 400));
    return {out.bytes()};
  });
  CHECK(net.ask("a.example") == "\"end\" via b.example via c.example for 50");
}

TEST_CASE("the rest of a chain that a message leaves out is asked for", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    if (asked.name() == *Name::parse("b.example")) return {text_answer(asked, "tail").bytes()};
    Draft out = asked.answer();
    out.answer.push_back(wire_record("\xc0\x0c", 5, wire_name("b.example"), 30));
    return {out.bytes()};
  });
  CHECK(net.ask("a.example") == "\"tail\" via b.example for 30");
  CHECK(net.server.asked.size() == 2);
}

TEST_CASE("a DNAME renames what is below it", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record(wire_name("old.example"), 39, wire_name("new.example")));
    out.answer.push_back(wire_record(wire_name("x.y.new.example"), 16, wire_strings({"moved"})));
    return {out.bytes()};
  });
  CHECK(net.ask("x.y.old.example") == "\"moved\" via x.y.new.example for 300");
}

TEST_CASE("chains that loop or are too long are told as such", "[dns][network]") {
  Net within([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record(wire_name("a.example"), 5, wire_name("b.example")));
    out.answer.push_back(wire_record(wire_name("b.example"), 5, wire_name("A.example")));
    return {out.bytes()};
  });
  CHECK(within.ask("a.example") == "loop: the CNAME chain leads back to itself via b.example");
  Net self([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record("\xc0\x0c", 5, "\xc0\x0c"));
    return {out.bytes()};
  });
  CHECK(self.ask("a.example") == "loop: the CNAME chain leads back to itself");
  int step = 0;
  Net across([&](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record("\xc0\x0c", 5, wire_name(fmt::format("n{}.example", ++step))));
    return {out.bytes()};
  });
  CHECK(across.ask("a.example").starts_with("loop: the CNAME chain is longer than 8 via n1.example"));
  CHECK(step == 9);
}

TEST_CASE("a chain of eight is followed to its end", "[dns][network]") {
  int step = 0;
  Net net([&](const Asked& asked) -> std::vector<Sent> {
    if (step == 8) return {text_answer(asked, "end").bytes()};
    Draft out = asked.answer();
    out.answer.push_back(wire_record("\xc0\x0c", 5, wire_name(fmt::format("n{}.example", ++step))));
    return {out.bytes()};
  });
  CHECK(net.ask("a.example").starts_with("\"end\" via n1.example"));
}

TEST_CASE("a DNAME that makes a name too long leads nowhere", "[dns][network]") {
  const std::string label(63, 'l');
  const std::string target = fmt::format("{0}.{0}.{0}.example", label);
  Net net([&](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.answer.push_back(wire_record(wire_name("old.example"), 39, wire_name(target)));
    return {out.bytes()};
  });
  CHECK(net.ask(label + ".old.example") == "nodata");
}

TEST_CASE("nothing there holds for the lesser of the SOA's TTL and minimum", "[dns][network]") {
  const auto with_soa = [](std::string_view owner, std::uint32_t ttl, std::uint32_t minimum) {
    return [=, owner = std::string(owner)](const Asked& asked) -> std::vector<Sent> {
      Draft out = asked.answer();
      out.authority.push_back(soa_record(owner, ttl, minimum));
      return {out.bytes()};
    };
  };
  CHECK(Net(with_soa("example.com", 100, 50)).ask("example.com") == "nodata for 50");
  CHECK(Net(with_soa("example.com", 20, 50)).ask("a.example.com") == "nodata for 20");
  CHECK(Net(with_soa("other.example", 100, 50)).ask("example.com") == "nodata");
  CHECK(Net(with_soa("example.com", 0x80000001, 50)).ask("example.com") == "nodata for 0");
}

TEST_CASE("a server that does not recurse is no resolver", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.flags &= ~0x0080U;
    out.authority.push_back(wire_record(wire_name("com"), 2, wire_name("a.gtld-servers.net")));
    return {out.bytes()};
  });
  CHECK(net.ask("example.com") == "refused: S does not resolve for others");
}

namespace {

ServerAnswer ask_directly(Net& net, std::string_view name,
                          envelint::io::Deadline until = envelint::io::Deadline::never()) {
  return net.loop.run(net.resolver.ask(net.server.endpoint(), Query(*Name::parse(name), Type::txt), until));
}

}  // namespace

TEST_CASE("a zone's own server is asked without recursion", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = text_answer(asked, "own");
    out.flags = asked.recursion_desired() ? 0x8005 : 0x8400;
    Sent sent(out.bytes());
    sent.delay = 30ms;
    return {sent};
  });
  const ServerAnswer answer = ask_directly(net, "example.com");
  CHECK(shown(answer.answer) == "\"own\" for 300");
  CHECK(answer.authoritative);
  CHECK_FALSE(answer.referral);
  CHECK(answer.round_trip == 30ms);
  CHECK(net.without_address(answer.answer.server) == "S");
}

TEST_CASE("a referral is told with its servers and their addresses", "[dns][network]") {
  Net net([](const Asked& asked) -> std::vector<Sent> {
    Draft out = asked.answer();
    out.flags = 0x8000;
    out.authority.push_back(wire_record(wire_name("example.com"), 2, wire_name("ns.example.com")));
    out.additional.insert(out.additional.begin(), wire_record(wire_name("ns.example.com"), 1, "\xc0\x00\x02\x01"s));
    return {out.bytes()};
  });
  const ServerAnswer answer = ask_directly(net, "example.com");
  CHECK(answer.referral);
  CHECK_FALSE(answer.authoritative);
  REQUIRE(answer.authority.size() == 1);
  REQUIRE(answer.additional.size() == 1);
  CHECK(answer.additional[0].type == Type::a);
}

TEST_CASE("a zone's own server is not believed about where its CNAME leads", "[dns][network]") {
  for (const unsigned rcode : {0U, 3U}) {
    Net net([&](const Asked& asked) -> std::vector<Sent> {
      Draft out = asked.answer(rcode);
      out.answer.push_back(wire_record("\xc0\x0c", 5, wire_name("b.example")));
      out.answer.push_back(wire_record(wire_name("b.example"), 16, wire_strings({"planted"})));
      return {out.bytes()};
    });
    const ServerAnswer answer = ask_directly(net, "a.example");
    CHECK(answer.answer.state == Answer::State::nodata);
    CHECK(answer.answer.records.empty());
    REQUIRE(answer.answer.chain.size() == 1);
    CHECK(answer.answer.chain[0].to_string() == "b.example");
  }
}

TEST_CASE("a zone's own server that is silent or refuses is trouble", "[dns][network]") {
  Net mute(silent());
  const auto start = mute.loop.now();
  CHECK(ask_directly(mute, "example.com").answer.trouble == Trouble::timeout);
  CHECK(mute.loop.now() - start == 3s);
  CHECK(ask_directly(mute, "example.com", mute.loop.after(500ms)).answer.trouble == Trouble::timeout);
  CHECK(mute.loop.now() - start == 3500ms);
  Net closed(always(5));
  CHECK(ask_directly(closed, "example.com").answer.trouble == Trouble::refused);
}

TEST_CASE("without servers 127.0.0.1 is asked", "[dns][network]") {
  envelint::io::EventLoop loop;
  NetworkOptions options;
  options.patience = 1ms;
  options.rounds = 1;
  NetworkResolver resolver(loop, options);
  const Answer answer = loop.run(resolver.query(Query(*Name::parse("localhost"), Type::a)));
  CHECK((answer.server == "127.0.0.1" || answer.detail.starts_with("127.0.0.1")));
}
