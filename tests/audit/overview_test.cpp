#include <support/catch.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/audit/overview.hpp>
#include <envelint/audit/zone_domains.hpp>
#include <envelint/dns/fragment_resolver.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace envelint;

namespace {

dns::Name name(std::string_view text) { return *dns::Name::parse(text); }

dns::Zone zone_of(const std::string& text) {
  dns::ZoneOptions options;
  options.origin = name("example.com");
  return dns::read_zone({.path = "x.zone", .content = text, .identity = {}}, options);
}

audit::DomainReport report_of(const std::string& text, std::vector<std::string> selectors = {}) {
  const dns::Zone zone = zone_of(text);
  dns::ZoneResolver dns(zone);
  const dns::PublicSuffixList suffixes;
  audit::CollectOptions options;
  options.selectors = std::move(selectors);
  return audit::judge_domain(task::sync_wait(audit::collect(dns, name("example.com"), std::move(options), suffixes)));
}

/// "found: mx.example.com", or "-" without such a line.
std::string line(const audit::DomainReport& report, audit::Kind area) {
  const auto found = std::ranges::find(report.overview, area, &audit::OverviewLine::area);
  if (found == report.overview.end()) return "-";
  return std::string(to_string(found->state)) + ": " + found->text;
}

}  // namespace

TEST_CASE("the overview says in a few words what stands in each area", "[audit][overview]") {
  const auto report = report_of(R"(
@ MX 10 smtp.google.com.
@ TXT "v=spf1 include:_spf.google.com include:sendgrid.net include:servers.mcsv.net -all"
_mta-sts TXT "v=STSv1; id=20260101;"
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
s1._domainkey TXT "v=DKIM1; k=ed25519; p=MCowBQ"
s2._domainkey TXT "v=DKIM1; p="
)",
                                {"s1", "s2", "s3"});
  CHECK(line(report, audit::Kind::mx) == "found: Google Workspace (1 host)");
  CHECK(line(report, audit::Kind::spf) == "found: v=spf1 include:_spf.google.com … -all, 3 of 10 lookups");
  CHECK(line(report, audit::Kind::dkim) == "found: s1: unusable key, s2: revoked; no key at s3");
  CHECK(line(report, audit::Kind::mta_sts) == "found: policy id 20260101");
  CHECK(line(report, audit::Kind::tls_rpt) == "found: reports to mailto:tls@example.com");
}

TEST_CASE("what is not there is told apart from what nobody answered", "[audit][overview]") {
  const auto nothing = report_of("@ A 192.0.2.1\n");
  CHECK(line(nothing, audit::Kind::mx) == "nothing: no record; mail goes to the domain's own address");
  CHECK(line(nothing, audit::Kind::spf) == "nothing: no record");
  CHECK(line(nothing, audit::Kind::dkim) == "nothing: no key: nothing stands below `_domainkey`");
  CHECK(line(nothing, audit::Kind::tls_rpt) == "nothing: no record");

  const auto trouble = report_of(
      "@ A 192.0.2.1\n;! timeout example.com. MX\n;! servfail example.com. TXT\n"
      ";! bogus s1._domainkey.example.com.\n",
      {"s1"});
  CHECK(line(trouble, audit::Kind::mx) == "unknown: no answer in time");
  CHECK(line(trouble, audit::Kind::spf) == "unknown: the server failed");
  CHECK(line(trouble, audit::Kind::dkim) == "unknown: s1 (DNSSEC validation fails)");
}

TEST_CASE("several SPF records, a null MX and wildcards have words of their own", "[audit][overview]") {
  const auto report = report_of(R"(
@ MX 0 .
@ TXT "v=spf1 -all"
@ TXT "v=spf1 mx -all"
* TXT "anything"
*._domainkey TXT "v=DKIM1; p="
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:a@example.com"
)");
  CHECK(line(report, audit::Kind::tls_rpt) == "found: reports to mailto:a@example.com");
  CHECK(line(report, audit::Kind::mx) == "found: takes no mail (null MX)");
  CHECK(line(report, audit::Kind::spf) == "found: 2 records, so that receivers use none");
  CHECK(line(report, audit::Kind::dkim) == "found: every selector: revoked, by a wildcard");
  CHECK(line(report, audit::Kind::mta_sts) == "nothing: no record");  // what the wildcard says is no policy
}

TEST_CASE("of DMARC the overview tells the policy that is applied, and where it stands", "[audit][overview]") {
  const std::string host = "@ A 192.0.2.1\n";
  CHECK(line(report_of(host + "_dmarc TXT \"v=DMARC1; p=reject\"\n"), audit::Kind::dmarc) ==
        "found: reject, at _dmarc.example.com");
  CHECK(line(report_of(host), audit::Kind::dmarc) == "nothing: no record");
  CHECK(line(report_of(host + ";! servfail _dmarc.example.com.\n"), audit::Kind::dmarc) ==
        "unknown: the server failed");
}

TEST_CASE("a domain that does not exist has no overview", "[audit][overview]") {
  CHECK(report_of("other.example. A 192.0.2.1\n").overview.empty());
}

TEST_CASE("the worst finding of an area is that of its records or its codes", "[audit][overview]") {
  auto report = report_of("@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n@ A 192.0.2.1\n");
  CHECK(audit::worst_in(report, audit::Kind::spf) == finding::Severity::error);
  CHECK(audit::worst_in(report, audit::Kind::tls_rpt) != finding::Severity::error);
  report.findings.clear();  // as --ignore does
  CHECK_FALSE(audit::worst_in(report, audit::Kind::spf).has_value());
}

TEST_CASE("the mail domains of a file are those with records of their own", "[audit][zone-domains]") {
  const auto zone = zone_of(R"(
@ SOA ns root 1 2 3 4 5
@ MX 10 mx
mx A 192.0.2.25
mx TXT "v=spf1 a -all"
news TXT "v=spf1 -all"
_spf TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.shop TXT "v=DMARC1; p=none"
* MX 10 mx
www A 192.0.2.80
s1._domainkey TXT "v=DKIM1; p="
S1._domainkey TXT "v=DKIM1; p="
a.b._domainkey.news CNAME key.example.net.
*._domainkey TXT "v=DKIM1; p="
)");
  CHECK(audit::mail_domains(zone) ==
        std::vector{name("example.com"), name("news.example.com"), name("shop.example.com")});
  auto selectors = audit::selectors_of(zone);
  CHECK(selectors.size() == 2);
  CHECK(selectors[name("example.com")] == std::vector<std::string>{"s1"});
  CHECK(selectors[name("news.example.com")] == std::vector<std::string>{"a.b"});
}

TEST_CASE("a piece of a zone says nothing about reverse names and registrations it does not hold", "[dns][fragment]") {
  const auto ask = [](const std::string& text, std::string_view who, dns::Type type) {
    const dns::Zone zone = zone_of(text);
    dns::ZoneResolver records(zone);
    dns::FragmentResolver dns(records, zone);
    return task::sync_wait(dns.query({name(who), type}));
  };
  const std::string plain = "@ A 192.0.2.1\n";
  CHECK(ask(plain, "1.2.0.192.in-addr.arpa", dns::Type::ptr).trouble == dns::Trouble::outside);
  CHECK(ask(plain, "1.2.0.192.in-addr.arpa", dns::Type::ptr).unknown());
  CHECK(ask(plain, "example.net", dns::Type::soa).unknown());
  CHECK(ask(plain, "example.net", dns::Type::mx).nothing());
  CHECK(ask(plain, "example.com", dns::Type::a).has_records());
  const std::string reverse = plain + "1.2.0.192.in-addr.arpa. PTR example.com.\n";
  CHECK(ask(reverse, "2.2.0.192.in-addr.arpa", dns::Type::ptr).nothing());
}
