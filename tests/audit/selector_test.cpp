#include <support/catch.hpp>
#include <support/domain.hpp>

#include <envelint/audit/providers.hpp>
#include <envelint/audit/selector_plan.hpp>

#include <algorithm>
#include <set>

using namespace envelint;
using test::finds;
using test::said;

namespace {

const std::string kMail = "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n";
const std::string kKey = "TXT \"v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"\n";

/// The selectors that were looked at, with a blank between.
std::string tried(const audit::DomainFacts& facts, std::size_t most = 4) {
  std::string out;
  for (std::size_t i = 0; i < std::min(facts.selectors.size(), most); ++i) {
    out.append(i == 0 ? "" : " ").append(facts.selectors[i].selector);
  }
  return out;
}

const audit::Provider* mx_of(std::string_view host) { return audit::provider_of_mx(*dns::Name::parse(host)); }

}  // namespace

TEST_CASE("given selectors are looked at alone", "[audit][selectors]") {
  CHECK(tried(test::domain_facts(kMail, {"s1", "news.eu", "S1"})) == "s1 news.eu");
  CHECK(tried(test::domain_facts(kMail, {"", "a..b", std::string(70, 'x')})).empty());
}

TEST_CASE("without one, those of the domain's providers are tried, and the common ones only if they have no key",
          "[audit][selectors]") {
  const std::string zone = "@ MX 10 a.mail.protection.outlook.com.\n@ TXT \"v=spf1 include:sendgrid.net -all\"\n";
  CHECK(tried(test::domain_facts(zone + "s1._domainkey " + kKey), 9) == "selector1 selector2 s1 s2");
  const auto facts = test::domain_facts(zone + "other._domainkey " + kKey);
  CHECK(tried(facts, 6) == "selector1 selector2 s1 s2 google default");
  CHECK(facts.selectors.size() <= 44);
}

TEST_CASE("where nothing stands below _domainkey, no common selector is tried", "[audit][selectors]") {
  CHECK(tried(test::domain_facts(kMail)).empty());
  const auto report = test::domain_report(kMail);
  const auto* finding = test::finding_of(report, "DKIM001");
  REQUIRE(finding != nullptr);
  CHECK(finding->message ==
        "DKIM of `example.com` is not confirmed: DNS says that nothing stands below `_domainkey.example.com`");
}

TEST_CASE("no key found is not confirmed, and says what was tried", "[audit][selectors]") {
  const auto report = test::domain_report(kMail + "zz9._domainkey " + kKey);
  const auto* finding = test::finding_of(report, "DKIM001");
  REQUIRE(finding != nullptr);
  CHECK(finding->message ==
        "DKIM of `example.com` is not confirmed: no key at `selector1`, `selector2`, `google`, `default`, `resend`, "
        "`s1`, "
        "`zmail`, `20230601` and 32 more");
  CHECK_FALSE(finding->message.contains("missing"));
}

TEST_CASE("a wildcard says nothing about single selectors", "[audit][selectors]") {
  for (const std::string wildcard :
       {"* TXT \"v=spf1 -all\"\n", "*._domainkey TXT \"v=DKIM1; p=\"\n", "* CNAME www\nwww A 192.0.2.2\n"}) {
    CAPTURE(wildcard);
    for (const std::string_view code : {"DKIM001", "DKIM035", "DKIM041", "DKIM047", "X003"}) {
      CAPTURE(code);
      CHECK_FALSE(
          finds(code, "@ MX 10 mail\n@ TXT \"v=spf1 mx include:sendgrid.net -all\"\nmail A 192.0.2.1\n" + wildcard));
    }
  }
}

TEST_CASE("a key at a wrong name is one finding", "[audit][selectors]") {
  for (const std::string name : {"s1 ", "_domainkey ", "s1._domainkey.example.com "}) {
    const std::string zone = kMail + name + kKey;
    CAPTURE(name);
    CHECK(said("DKIM034", zone, {"s1"}).contains("publish it as `s1._domainkey.example.com. TXT \"v=DKIM1; "));
    CHECK_FALSE(finds("DKIM001", zone, {"s1"}));
  }
  CHECK_FALSE(finds("DKIM002", kMail + "s1 " + kKey, {"s1"}));
  CHECK_FALSE(finds("DKIM034", kMail + "s1 TXT \"v=spf1 -all\"\n", {"s1"}));
  CHECK_FALSE(finds("DKIM034", kMail + "_domainkey TXT \"o=~; r=postmaster@example.com\"\n"));
}

TEST_CASE("the second of a pair may wait for its key", "[audit][selectors]") {
  const std::string zone =
      "@ MX 10 a.mail.protection.outlook.com.\n@ TXT \"v=spf1 include:spf.protection.outlook.com -all\"\n"
      "selector1._domainkey CNAME s1.x.onmicrosoft.com.\nselector2._domainkey CNAME s2.x.onmicrosoft.com.\n";
  CHECK(said("DKIM035", zone + "s1.x.onmicrosoft.com. " + kKey).starts_with("notice selector2._domainkey.example.com"));
  CHECK(said("DKIM035", zone).starts_with("error selector1._domainkey.example.com"));
  CHECK_FALSE(finds("DKIM047", zone + "s1.x.onmicrosoft.com. " + kKey));
}

TEST_CASE("half a pair is noticed wherever the provider shows itself", "[audit][selectors]") {
  // By the alias alone: the SPF record does not name SendGrid.
  CHECK(finds("DKIM047", kMail + "s1._domainkey CNAME s1.u1.sendgrid.net.\ns1.u1.sendgrid.net. " + kKey));
  // A selector that only has the same name is not SendGrid's.
  CHECK_FALSE(finds("DKIM047", kMail + "s1._domainkey " + kKey));
}

TEST_CASE("providers are known by names at or below theirs, and by no others", "[audit][providers]") {
  REQUIRE(mx_of("example-com.mail.protection.outlook.com") != nullptr);
  CHECK(mx_of("example-com.mail.protection.outlook.com")->name == "Microsoft 365");
  CHECK(mx_of("ASPMX.L.GOOGLE.COM")->name == "Google Workspace");
  CHECK(mx_of("notmail.protection.outlook.com.example") == nullptr);
  CHECK(mx_of("xmail.protection.outlook.com") == nullptr);
  CHECK(mx_of("outlook.com") == nullptr);
}

TEST_CASE("the table of providers is sound", "[audit][providers]") {
  CHECK(audit::providers().size() >= 40);
  std::set<std::string_view> names;
  std::set<std::string_view> includes;
  for (const audit::Provider& provider : audit::providers()) {
    CAPTURE(provider.name);
    CHECK(names.insert(provider.name).second);
    // One that offers its include as a first record has one.
    CHECK((!provider.mailboxes || (!audit::items(provider.includes).empty() && !audit::items(provider.mx).empty())));
    CHECK((!provider.pair || audit::items(provider.selectors).size() == 2));
    for (const std::string_view include : audit::items(provider.includes)) CHECK(includes.insert(include).second);
    for (const auto* list : {&provider.mx, &provider.includes, &provider.keys}) {
      for (const std::string_view name : audit::items(*list)) {
        CHECK(dns::Name::parse(name).has_value());
        CHECK(std::ranges::none_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }));
      }
    }
  }
}

TEST_CASE("a provider set up by half is named with the half that is missing", "[audit][providers]") {
  CHECK(said("X003", "@ MX 10 mail\n@ TXT \"v=spf1 mx include:sendgrid.net -all\"\nmail A 192.0.2.1\n")
            .starts_with("warning example.com: turn on DKIM for the domain at SendGrid"));
  // Google's selector can be chosen freely.
  CHECK(said("X003", "@ MX 1 smtp.google.com.\n@ TXT \"v=spf1 include:_spf.google.com -all\"\n").starts_with("notice"));
  CHECK(said("X003", "@ MX 1 smtp.google.com.\n@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\ngoogle._domainkey " + kKey) ==
        "warning example.com: publish `example.com. TXT \"v=spf1 include:_spf.google.com ip4:192.0.2.1 -all\"`");
}

TEST_CASE("a provider may be let in where the record itself does not show it", "[audit][providers]") {
  const std::string zone = "@ MX 1 smtp.google.com.\ngoogle._domainkey " + kKey;
  for (const std::string spf :
       {"include:_spf.example.com -all", "redirect=_spf.example.net", "exists:%{i}.example.net -all",
        "include:secureserver.net -all", "ip4:192.0.2.0/16 -all", "-all", "+all"}) {
    CAPTURE(spf);
    CHECK_FALSE(said("X003", zone + "@ TXT \"v=spf1 " + spf + "\"\n").contains("include:_spf.google.com"));
  }
}

TEST_CASE("missing keys of a provider are said once", "[audit][providers]") {
  const std::string zone =
      "@ MX 10 mail\n@ TXT \"v=spf1 mx include:sendgrid.net -all\"\nmail A 192.0.2.1\n"
      "_dmarc TXT \"v=DMARC1; p=reject\"\n";
  CHECK(finds("X003", zone));
  for (const std::string_view code : {"DKIM001", "DKIM047", "X002"}) CHECK_FALSE(finds(code, zone));
}
