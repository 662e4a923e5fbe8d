#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/rehearsal/senders.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/task/sync_wait.hpp>

#include <fmt/format.h>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using rehearsal::OpenTerm;
using rehearsal::Senders;
using Strings = std::vector<std::string>;

namespace {

Senders senders(std::string_view zone) {
  dns::FakeResolver dns(zone);
  return task::sync_wait(rehearsal::find_senders(dns, dns::Name::parse("example.com").value()));
}

/// The same where the zone has the say about example.com alone.
Senders senders_of_zone(std::string_view zone) {
  dns::FakeResolver dns(zone);
  const dns::Name domain = dns::Name::parse("example.com").value();
  rehearsal::Stage stage(dns, dns::ZoneScope(std::vector<dns::Name>{domain}));
  return task::sync_wait(rehearsal::find_senders(stage, domain));
}

/// `192.0.2.1 by mx of example.com`.
Strings listed(const Senders& found) {
  Strings out;
  for (const rehearsal::Sender& one : found.listed) {
    out.push_back(fmt::format("{} by {} of {}", one.address.to_string(), one.term, one.listed_in.to_string()));
  }
  return out;
}

std::string with_record(std::string_view record) { return fmt::format("example.com. TXT \"{}\"\n", record); }

}  // namespace

TEST_CASE("each mechanism that names addresses gives one of each family", "[rehearsal]") {
  const auto found = senders(R"(
    example.com.      TXT  "v=spf1 mx a:www.example.com ip4:198.51.100.0/24 ip6:2001:db8:9::/48 -all"
    example.com.      MX   10 mx1.example.com.
    example.com.      MX   20 mx2.example.com.
    mx1.example.com.  A    192.0.2.1
    mx1.example.com.  AAAA 2001:db8::1
    mx2.example.com.  A    192.0.2.2
    www.example.com.  AAAA 2001:db8::80
  )");
  CHECK(listed(found) == Strings{"192.0.2.1 by mx of example.com", "2001:db8::1 by mx of example.com",
                                 "2001:db8::80 by a:www.example.com of example.com",
                                 "198.51.100.1 by ip4:198.51.100.0/24 of example.com",
                                 "2001:db8:9::1 by ip6:2001:db8:9::/48 of example.com"});
  CHECK(found.open.empty());
  CHECK(found.passing.contains(net::Address::parse("198.51.100.77").value()));
  CHECK_FALSE(found.passing.contains(net::Address::parse("203.0.113.1").value()));
}

TEST_CASE("includes and redirects are followed, and the record that lists a sender is told", "[rehearsal]") {
  const auto found = senders(R"(
    example.com.        TXT "v=spf1 include:_spf.example.net redirect=_all.example.org"
    _spf.example.net.   TXT "v=spf1 ip4:192.0.2.7 include:deep.example.net ?all"
    deep.example.net.   TXT "v=spf1 ip4:192.0.2.8 -all"
    _all.example.org.   TXT "v=spf1 ip4:192.0.2.9 -all"
  )");
  CHECK(listed(found) == Strings{"192.0.2.7 by ip4:192.0.2.7 of _spf.example.net",
                                 "192.0.2.8 by ip4:192.0.2.8 of deep.example.net",
                                 "192.0.2.9 by ip4:192.0.2.9 of _all.example.org"});
}

TEST_CASE("a sender is one that no term before its own has decided about", "[rehearsal]") {
  CHECK(listed(senders(with_record("v=spf1 -ip4:198.51.100.1 ip4:198.51.100.0/24 -all"))) ==
        Strings{"198.51.100.0 by ip4:198.51.100.0/24 of example.com"});
  CHECK(listed(senders(with_record("v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.25 -all"))) ==
        Strings{"192.0.2.1 by ip4:192.0.2.0/24 of example.com"});
  CHECK(listed(senders(with_record("v=spf1 -all ip4:192.0.2.25"))).empty());
}

TEST_CASE("what does not pass is no sender", "[rehearsal]") {
  const auto found = senders(R"(
    example.com.      TXT "v=spf1 ?ip4:192.0.2.1 ~include:_spf.example.net ip4:192.0.2.3 -all"
    _spf.example.net. TXT "v=spf1 ip4:192.0.2.2 -all"
  )");
  CHECK(listed(found) == Strings{"192.0.2.3 by ip4:192.0.2.3 of example.com"});
}

TEST_CASE("an address written with a longer network is the sender", "[rehearsal]") {
  CHECK(
      listed(senders(with_record("v=spf1 ip4:192.0.2.25/24 ip4:198.51.100.8/31 -all"))) ==
      Strings{"192.0.2.25 by ip4:192.0.2.25/24 of example.com", "198.51.100.8 by ip4:198.51.100.8/31 of example.com"});
}

TEST_CASE("terms that lead beyond the zone, or that nobody answers, are open", "[rehearsal]") {
  const auto found = senders_of_zone(R"(
    example.com.  TXT "v=spf1 include:_spf.provider.example a:slow.example.com exists:%{i}.example.com mx -all"
    example.com.  MX  10 mail.provider.example.
    ;! timeout slow.example.com
  )");
  CHECK(found.listed.empty());
  REQUIRE(found.open.size() == 4);
  CHECK(found.open[0].why == OpenTerm::Why::outside);
  CHECK(found.open[0].term == "include:_spf.provider.example");
  CHECK(found.open[0].question == "_spf.provider.example TXT");
  CHECK(found.open[1].why == OpenTerm::Why::unanswered);
  CHECK(found.open[1].term == "a:slow.example.com");
  CHECK(found.open[2].why == OpenTerm::Why::depends);
  CHECK(found.open[3].why == OpenTerm::Why::outside);
  CHECK(found.open[3].term == "mx");
}

TEST_CASE("names in terms are read as evaluations read them: a backslash is no escape", "[rehearsal]") {
  const auto found = senders(R"(
    example.com.     TXT "v=spf1 a:a\\.example.com -all"
    a\\.example.com. A   192.0.2.1
    a.example.com.   A   192.0.2.2
  )");
  CHECK(listed(found) == Strings{R"(192.0.2.1 by a:a\.example.com of example.com)"});
}

TEST_CASE("records that lead to each other or are too many end the search", "[rehearsal]") {
  CHECK(senders(with_record("v=spf1 include:example.com ip4:192.0.2.1 -all")).listed.size() == 1);
  std::string zone;
  for (int i = 0; i < 200; ++i) {
    zone += fmt::format("{}. TXT \"v=spf1 include:{}.example ip4:10.{}.0.0/16 -all\"\n",
                        i == 0 ? "example.com" : std::to_string(i) + ".example", i + 1, i);
  }
  const auto found = senders(zone);
  CHECK(found.cut);
  CHECK(found.listed.size() < 20);
  std::string wide = "example.com. TXT \"v=spf1";
  for (int i = 0; i < 100; ++i) wide += fmt::format(" ip4:10.{}.0.0/16\" \"", i);
  CHECK(senders(wide + " -all\"\n").listed.size() == rehearsal::kMaxSenders);
}

TEST_CASE("a domain without one usable record has no senders", "[rehearsal]") {
  CHECK(senders("www.example.com. A 192.0.2.1\n").records == 0);
  const auto two = senders(with_record("v=spf1 ip4:192.0.2.1 -all") + with_record("v=spf1 -all"));
  CHECK(two.records == 2);
  CHECK(two.listed.empty());
  CHECK(senders(with_record("v=spf1 ip4:192.0.2.1 ipv4:192.0.2.2 -all")).listed.empty());
}

TEST_CASE("the stranger has the first address for documentation that is nobody's", "[rehearsal]") {
  CHECK(rehearsal::stranger_to({}).to_string() == "203.0.113.1");
  net::PrefixSet listed;
  listed.add(net::Prefix::parse("203.0.113.0/24").value());
  net::PrefixSet others;
  others.add(net::Prefix::parse("198.51.100.0/30").value());
  CHECK(rehearsal::stranger_to(listed, others).to_string() == "198.51.100.4");
  listed.add(net::Prefix::parse("0.0.0.0/0").value());
  CHECK(rehearsal::stranger_to(listed).to_string() == "203.0.113.1");
}
