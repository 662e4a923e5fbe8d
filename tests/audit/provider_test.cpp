#include <support/catch.hpp>
#include <support/domain.hpp>

#include <envelint/render/terminal.hpp>

#include <string>
#include <string_view>

using namespace envelint;

namespace {

/// "Google Workspace mx spf found; SendGrid spf missing": the providers that are shown.
std::string rows(std::string_view zone) {
  std::string out;
  for (const audit::ProviderRow& row : test::domain_report(zone).providers) {
    out += (out.empty() ? "" : "; ") + std::string(row.name);
    if (row.receives) out += " mx";
    if (row.spf) out += " spf";
    out += " " + std::string(to_string(row.key));
  }
  return out;
}

constexpr std::string_view kKey = "\"v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"\n";

}  // namespace

TEST_CASE("every provider that the records lead to is shown, with what leads there", "[audit][providers]") {
  const std::string zone =
      "@ MX 1 aspmx.l.google.com.\n@ TXT \"v=spf1 include:_spf.google.com include:sendgrid.net -all\"\n"
      "google._domainkey TXT " +
      std::string(kKey);
  CHECK(rows(zone) == "Google Workspace mx spf found; SendGrid spf missing");
}

TEST_CASE("a key that nobody was able to look for is not missing", "[audit][providers]") {
  const std::string zone = "@ TXT \"v=spf1 include:sendgrid.net include:amazonses.com -all\"\n";
  CHECK(rows(zone) == "SendGrid spf missing; Amazon SES spf not_known");
  CHECK(rows(zone + ";! timeout s1._domainkey\n") == "SendGrid spf not_known; Amazon SES spf not_known");
}

TEST_CASE("the report for people shows the providers under what stands in each area", "[audit][providers]") {
  audit::Report report;
  report.domains.push_back(test::domain_report("@ TXT \"v=spf1 include:sendgrid.net -all\"\n"));
  const std::string text = render::terminal(report, {.width = 80});
  CHECK(text.find("  provider          SendGrid: SPF, no DKIM key at its usual selectors\n") != std::string::npos);
}

TEST_CASE("two providers of mailboxes do not mix, a filter before one does", "[audit][providers]") {
  const std::string_view hosts = "mx01.mail.icloud.com. A 192.0.2.1\naspmx.l.google.com. A 192.0.2.2\n";
  CHECK(test::finds("MX016", "@ MX 1 aspmx.l.google.com.\n@ MX 2 mx01.mail.icloud.com.\n" + std::string(hosts)));
  CHECK_FALSE(test::finds("MX016", "@ MX 1 aspmx.l.google.com.\n@ MX 2 mx1.pphosted.com.\n" + std::string(hosts)));
}

TEST_CASE("an MX host that exists and is one letter off a provider's is told", "[audit][providers]") {
  CHECK(test::finds("MX021", "@ MX 1 aspmx.l.gogle.com.\naspmx.l.gogle.com. A 192.0.2.1\n"));
  CHECK(test::finds("MX021", "@ MX 1 a.mail.protection.outlok.com.\na.mail.protection.outlok.com. A 192.0.2.1\n"));
  CHECK_FALSE(test::finds("MX021", "@ MX 1 aspmx.l.google.com.\naspmx.l.google.com. A 192.0.2.1\n"));
  CHECK_FALSE(test::finds("MX021", "@ MX 1 mail.example.net.\nmail.example.net. A 192.0.2.1\n"));
  // One that does not exist is MX010 alone.
  CHECK_FALSE(test::finds("MX021", "@ MX 1 aspmx.l.gogle.com.\n"));
}
