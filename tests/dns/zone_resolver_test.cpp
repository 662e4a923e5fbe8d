#include <support/catch.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <stdexcept>
#include <string>

using namespace envelint::dns;
using envelint::task::sync_wait;

namespace {

Answer ask(Resolver& dns, std::string_view name, Type type) { return sync_wait(dns.query({*Name::parse(name), type})); }

/// "nxdomain", "timeout", or the data of the records, the chain before it.
std::string said(Resolver& dns, std::string_view name, Type type) {
  const Answer answer = ask(dns, name, type);
  std::string out;
  for (const Name& link : answer.chain) out += link.to_string() + " > ";
  switch (answer.state) {
    case Answer::State::nodata: return out + "nodata";
    case Answer::State::nxdomain: return out + "nxdomain";
    case Answer::State::unknown: return out + std::string(to_string(answer.trouble));
    case Answer::State::records: break;
  }
  for (const Record& record : answer.records)
    out += presentation(record.data) + (&record == &answer.records.back() ? "" : " ");
  return out;
}

}  // namespace

TEST_CASE("a zone answers with what it holds, and nothing else exists", "[dns][zone_resolver]") {
  FakeResolver dns(R"(
    $ORIGIN example.com.
    @        TXT "one"
    @        TXT "two"
    @        MX  10 mx
    a.b.c    A   192.0.2.1
  )");
  CHECK(said(dns, "EXAMPLE.com", Type::txt) == "\"one\" \"two\"");
  CHECK(said(dns, "example.com", Type::mx) == "10 mx.example.com.");
  CHECK(said(dns, "example.com", Type::aaaa) == "nodata");
  CHECK(said(dns, "b.c.example.com", Type::a) == "nodata");  // RFC 4592 §2.2.2: an empty non-terminal exists
  CHECK(said(dns, "x.c.example.com", Type::a) == "nxdomain");
  CHECK(said(dns, "example.net", Type::a) == "nxdomain");
  CHECK(said(dns, ".", Type::ns) == "nodata");
}

TEST_CASE("a CNAME is followed to its end", "[dns][zone_resolver]") {
  FakeResolver dns(R"(
    a.example. CNAME b.example.
    b.example. CNAME c.example.
    c.example. A 192.0.2.1
    d.example. CNAME gone.example.
    x.example. CNAME y.example.
    y.example. CNAME x.example.
    z.example. CNAME z.example.
    long0.example. CNAME long1.example.
    $GENERATE 1-20 long$.example. CNAME long${1}.example.
  )");
  CHECK(said(dns, "a.example", Type::a) == "b.example > c.example > 192.0.2.1");
  CHECK(said(dns, "a.example", Type::txt) == "b.example > c.example > nodata");
  CHECK(said(dns, "a.example", Type::cname) == "b.example.");
  CHECK(said(dns, "d.example", Type::a) == "gone.example > nxdomain");
  CHECK(said(dns, "x.example", Type::a) == "y.example > loop");
  CHECK(said(dns, "z.example", Type::a) == "loop");
  CHECK(ask(dns, "long0.example", Type::a).trouble == Trouble::loop);
  CHECK(ask(dns, "long14.example", Type::a).nothing());
}

TEST_CASE("wildcards answer as RFC 4592 §2.2.1 has it", "[dns][zone_resolver]") {
  FakeResolver dns(R"(
    $ORIGIN example.
    @                        SOA ns host 1 2 3 4 5
    @                        NS  ns.example.com.
    *                        TXT "this is a wildcard"
    *                        MX  10 host1
    sub.*                    TXT "this is not a wildcard"
    host1                    A   192.0.2.1
    _ssh._tcp.host1          SRV 0 0 22 host1
    _ssh._tcp.host2          SRV 0 0 22 host2
  )");
  CHECK(said(dns, "host3.example", Type::mx) == "10 host1.example.");
  CHECK(ask(dns, "host3.example", Type::mx).records[0].owner == *Name::parse("host3.example"));
  CHECK(said(dns, "host3.example", Type::a) == "nodata");
  CHECK(said(dns, "foo.bar.example", Type::txt) == "\"this is a wildcard\"");
  CHECK(said(dns, "host1.example", Type::mx) == "nodata");
  CHECK(said(dns, "sub.*.example", Type::mx) == "nodata");
  CHECK(said(dns, "_telnet._tcp.host1.example", Type::srv) == "nxdomain");
  CHECK(said(dns, "host2.example", Type::mx) == "nodata");
  CHECK(said(dns, "ghost.*.example", Type::mx) == "nxdomain");
  CHECK(said(dns, "*.example", Type::txt) == "\"this is a wildcard\"");
}

TEST_CASE("a DNAME renames what is below it", "[dns][zone_resolver]") {
  FakeResolver dns(R"(
    old.example. DNAME new.example.
    a.b.new.example. A 192.0.2.1
  )");
  CHECK(said(dns, "a.b.old.example", Type::a) == "a.b.new.example > 192.0.2.1");
  CHECK(said(dns, "old.example", Type::a) == "nodata");
}

TEST_CASE("trouble is answered where the zone asks for it", "[dns][zone_resolver]") {
  FakeResolver dns(R"(
    slow.example. A 192.0.2.1
    ;! timeout slow.example
    half.example. A 192.0.2.1
    half.example. TXT "x"
    ;! servfail half.example TXT
    ;! bogus nothing.example
    ;! refused only.example MX
    c.example. CNAME nothing.example.
    *.example. TXT "wild"
  )");
  CHECK(said(dns, "slow.example", Type::a) == "192.0.2.1");
  CHECK(said(dns, "slow.example", Type::txt) == "timeout");
  CHECK(said(dns, "half.example", Type::txt) == "servfail");
  CHECK(said(dns, "half.example", Type::a) == "192.0.2.1");
  CHECK(said(dns, "half.example", Type::mx) == "nodata");
  CHECK(said(dns, "nothing.example", Type::a) == "bogus");
  CHECK(said(dns, "only.example", Type::mx) == "refused");
  CHECK(said(dns, "only.example", Type::a) == "nodata");
  CHECK(said(dns, "c.example", Type::a).ends_with("bogus"));
}

TEST_CASE("a fake resolver remembers its questions, and refuses text it cannot read", "[dns][fake_resolver]") {
  FakeResolver dns("a.example. A 192.0.2.1");
  CHECK(said(dns, "a.example", Type::a) == "192.0.2.1");
  CHECK(said(dns, "b.example", Type::txt) == "nxdomain");
  REQUIRE(dns.queries().size() == 2);
  CHECK(dns.queries()[1] == Query(*Name::parse("b.example"), Type::txt));
  CHECK_THROWS_AS(FakeResolver("a.example. A nonsense"), std::invalid_argument);
}

TEST_CASE("several zones are one tree", "[dns][zone_resolver]") {
  const Zone zones[] = {read_zone({"a", "example.com. A 192.0.2.1\n", {}}),
                        read_zone({"b", "example.com. TXT x\n", {}})};
  ZoneResolver dns(zones);
  CHECK(said(dns, "example.com", Type::a) == "192.0.2.1");
  CHECK(said(dns, "example.com", Type::txt) == "\"x\"");
}

TEST_CASE("what a name itself has is at hand, and says what a query says", "[dns][zone_resolver]") {
  ZoneResolver dns(read_zone({"(test)",
                              "$ORIGIN example.com.\n"
                              "@       TXT   \"one\"\n"
                              "@       TXT   \"two\"\n"
                              "alias   CNAME @\n"
                              "*.wild  A     192.0.2.1\n"
                              "old     DNAME new\n"
                              ";! timeout slow\n"
                              ";! servfail @ MX\n",
                              {}}));
  const auto at_hand = [&dns](std::string_view name, Type type) { return dns.at_hand(*Name::parse(name), type); };
  for (const Type type : {Type::txt, Type::mx}) {
    REQUIRE(at_hand("Example.com", type) != nullptr);
    const Answer asked = ask(dns, "example.com", type);
    CHECK(at_hand("Example.com", type)->state == asked.state);
    CHECK(at_hand("Example.com", type)->records == asked.records);
  }
  REQUIRE(at_hand("slow.example.com", Type::a) != nullptr);
  CHECK(at_hand("slow.example.com", Type::a)->trouble == Trouble::timeout);
  CHECK(at_hand("alias.example.com", Type::cname) != nullptr);
  // These take steps from name to name.
  CHECK(at_hand("alias.example.com", Type::txt) == nullptr);
  CHECK(at_hand("x.wild.example.com", Type::a) == nullptr);
  CHECK(at_hand("x.old.example.com", Type::a) == nullptr);
  CHECK(at_hand("gone.example.com", Type::a) == nullptr);
}

TEST_CASE("that a name has no such record is at hand, unless a DNAME may lead on from it", "[dns][zone_resolver]") {
  ZoneResolver plain(read_zone({"(test)", "example.com. TXT \"one\"\n", {}}));
  REQUIRE(plain.at_hand(*Name::parse("example.com"), Type::a) != nullptr);
  CHECK(plain.at_hand(*Name::parse("example.com"), Type::a)->state == Answer::State::nodata);
  ZoneResolver renamed(read_zone({"(test)", "example.com. DNAME example.net.\nx.example.com. TXT \"one\"\n", {}}));
  CHECK(renamed.at_hand(*Name::parse("x.example.com"), Type::a) == nullptr);
}
