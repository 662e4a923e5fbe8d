#include "discovery_support.hpp"

#include <envelint/dmarc/report_authorization.hpp>

#include <support/catch.hpp>

using namespace dmarc_test;
using namespace envelint;
using dmarc::Consent;
using dmarc::Destination;
using dmarc::Reach;
using dmarc::ReportAuthorization;

namespace {

ReportAuthorization authorize(FakeResolver& dns, std::string_view domain = "example.com") {
  dmarc::RecordFinder finder(dns);
  const LookupPtr policy = task::sync_wait(finder.at(name(domain)));
  REQUIRE(policy->has_record());
  return task::sync_wait(dmarc::authorize_reports(finder, policy, suffixes()));
}

/// The one destination of a record whose `rua` is this address.
Destination only(std::string_view rua, std::string_view zone) {
  FakeResolver dns("_dmarc.example.com. TXT \"v=DMARC1; p=none; rua=mailto:" + std::string(rua) + "\"\n" + std::string(zone));
  const ReportAuthorization found = authorize(dns);
  REQUIRE(found.destinations.size() == 1);
  return found.destinations.front();
}

}  // namespace

// RFC 9990, "Verifying External Destinations".

TEST_CASE("a host in the domain's own organization has to agree to nothing", "[dmarc][reports]") {
  for (const std::string_view host : {"example.com", "mail.example.com", "EXAMPLE.com"}) {
    CHECK(only("a@" + std::string(host), "").consent == Consent::not_needed);
  }
}

TEST_CASE("a host that is cut off by psd=n is another organization", "[dmarc][reports]") {
  const Destination found = only("a@mail.example.com", R"(_dmarc.mail.example.com. TXT "v=DMARC1; p=none; psd=n")");
  CHECK(found.consent == Consent::missing);
}

TEST_CASE("another organization agrees at <domain>._report._dmarc.<host>", "[dmarc][reports]") {
  constexpr std::string_view kAsked = "example.com._report._dmarc.reports.example.net";
  const Destination none = only("a@reports.example.net", "");
  CHECK(none.consent == Consent::missing);
  CHECK(none.consent_name == name(kAsked));
  for (const std::string_view text : {"v=DMARC1", "v=DMARC1;", "v=DMARC1; anything=goes", "v=DMARC1; p=none"}) {
    CAPTURE(text);
    CHECK(only("a@reports.example.net", std::string(kAsked) + ". TXT \"" + std::string(text) + "\"").consent == Consent::given);
  }
  for (const std::string_view text : {"DMARC1", "v=dmarc1", "p=none; v=DMARC1", "v=DMARC2", "yes"}) {
    CAPTURE(text);
    CHECK(only("a@reports.example.net", std::string(kAsked) + ". TXT \"" + std::string(text) + "\"").consent ==
          Consent::malformed);
  }
}

TEST_CASE("a wildcard agrees to reports about any domain", "[dmarc][reports]") {
  CHECK(only("a@example.net", R"(*._report._dmarc.example.net. TXT "v=DMARC1")").consent == Consent::given);
}

TEST_CASE("of several texts one that agrees is enough", "[dmarc][reports]") {
  const Destination found = only("a@example.net", R"(
example.com._report._dmarc.example.net. TXT "hello"
example.com._report._dmarc.example.net. TXT "v=DMARC1"
example.com._report._dmarc.example.net. TXT "v=DMARC1; p=none"
)");
  CHECK(found.consent == Consent::given);
}

TEST_CASE("an agreement may name another address at the same host, and at no other", "[dmarc][reports]") {
  const auto with = [](std::string_view rua) {
    return only("a@example.net", "example.com._report._dmarc.example.net. TXT \"v=DMARC1; rua=mailto:" + std::string(rua) + "\"");
  };
  CHECK(with("b@example.net").consent == Consent::given);
  CHECK(with("b@EXAMPLE.NET").consent == Consent::given);
  const Destination away = with("b@mail.example.net");
  CHECK(away.consent == Consent::diverted);
  CHECK(away.diverted_to == "b@mail.example.net");
  CHECK(with("b@example.net,mailto:c@example.org").consent == Consent::diverted);
}

TEST_CASE("an agreement whose name DNS has no room for cannot be given", "[dmarc][reports]") {
  const std::string label(60, 'x');
  const std::string domain = label + "." + label + ".example.com";
  const std::string host = label + "." + label + ".example.net";
  FakeResolver dns("_dmarc." + domain + ". TXT \"v=DMARC1; p=none; rua=mailto:a@" + host + "\"");
  CHECK(authorize(dns, domain).destinations.front().consent == Consent::too_long);
}

TEST_CASE("trouble is not a refusal", "[dmarc][reports]") {
  for (const std::string_view trouble : {"timeout", "servfail", "refused", "bogus"}) {
    const std::string lines = ";! " + std::string(trouble) + " example.com._report._dmarc.example.net\n;! " +
                              std::string(trouble) + " example.net MX\n";
    const Destination found = only("a@example.net", lines);
    CAPTURE(trouble);
    CHECK(found.consent == Consent::unknown);
    CHECK(found.reach == Reach::unknown);
  }
  CHECK(only("a@example.net", "example.net. NS ns.example.net.\n;! timeout example.net AAAA\n").reach == Reach::unknown);
}

TEST_CASE("a host is reached by its MX or its address, and not with a null MX", "[dmarc][reports]") {
  CHECK(only("a@example.net", "example.net. MX 10 mx.example.org.").reach == Reach::reachable);
  CHECK(only("a@example.net", "example.net. A 192.0.2.1").reach == Reach::reachable);
  CHECK(only("a@example.net", "example.net. AAAA 2001:db8::1").reach == Reach::reachable);
  CHECK(only("a@example.net", "example.net. MX 0 .").reach == Reach::null_mx);
  CHECK(only("a@example.net", "example.net. TXT hello").reach == Reach::nowhere);
  CHECK(only("a@example.net", "").reach == Reach::no_such_host);
}

TEST_CASE("each host is asked once, in rua and ruf alike, and only those that can be used", "[dmarc][reports]") {
  FakeResolver dns(R"(_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:a@example.net,mailto:b@Example.net,https://example.org/,c@example.org; ruf=mailto:d@example.net,mailto:e@example.edu")");
  const ReportAuthorization found = authorize(dns);
  REQUIRE(found.destinations.size() == 2);
  CHECK(found.destinations[0].host == name("example.net"));
  CHECK(found.destinations[1].host == name("example.edu"));
  CHECK(found.all_checked);
}

TEST_CASE("a record with very many hosts does not have all of them asked", "[dmarc][reports]") {
  std::string rua;
  for (int i = 0; i < 60; ++i) rua += (i == 0 ? "mailto:a@h" : ",mailto:a@h") + std::to_string(i) + ".example.net";
  std::string zone = "_dmarc.example.com. TXT \"v=DMARC1; p=none; rua=\"";
  for (std::size_t at = 0; at < rua.size(); at += 200) zone += " \"" + rua.substr(at, 200) + "\"";
  FakeResolver dns(zone);
  const ReportAuthorization found = authorize(dns);
  CHECK(found.destinations.size() == dmarc::kMaxDestinations);
  CHECK_FALSE(found.all_checked);
  CHECK(dns.queries().size() <= 2 + dmarc::kMaxDestinations * 12);
}
