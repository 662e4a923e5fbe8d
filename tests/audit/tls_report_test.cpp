#include <support/catch.hpp>
#include <support/domain.hpp>

#include <envelint/audit/tls_report_rules.hpp>
#include <envelint/text/tag_list.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>

using namespace envelint;

namespace {

std::string reports_to(std::string_view addresses, std::string_view more = "") {
  return fmt::format("@ MX 10 mail\nmail A 192.0.2.1\n_smtp._tls TXT \"v=TLSRPTv1; rua={}\"\n{}", addresses, more);
}

}  // namespace

TEST_CASE("TLS reports to a host that cannot receive mail are told at its name", "[audit][tls_rpt]") {
  const auto report = test::domain_report(reports_to("mailto:a@mial.example.com?subject=x,https://example.com/r"));
  const auto* finding = test::finding_of(report, "RPT008");
  REQUIRE(finding != nullptr);
  const std::string_view value = report.records[static_cast<std::size_t>(finding->record)].value.joined();
  CHECK(text::slice(value, finding->span) == "mial.example.com");
  CHECK(finding->message == "no TLS reports arrive at `mial.example.com`: it does not exist");
}

TEST_CASE("a host with an address alone receives TLS reports, one with a null MX does not", "[audit][tls_rpt]") {
  CHECK_FALSE(test::finds("RPT008", reports_to("mailto:a@tls.example.com", "tls A 192.0.2.2\n")));
  CHECK_FALSE(test::finds("RPT008", reports_to("mailto:a@example.com")));
  CHECK(test::finds("RPT008", reports_to("mailto:a@tls.example.com", "tls MX 0 .\ntls A 192.0.2.2\n")));
}

TEST_CASE("a record that senders discard asks for no reports", "[audit][tls_rpt]") {
  CHECK_FALSE(test::finds("RPT008", reports_to("mailto:a@mial.example.com,b@c")));
  const std::string two = "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:b@example.com\"\n";
  CHECK_FALSE(test::finds("RPT008", reports_to("mailto:a@mial.example.com", two)));
}

TEST_CASE("a long list of TLS report hosts is looked at as far as eight", "[audit][tls_rpt]") {
  std::string addresses;
  for (int i = 0; i < 12; ++i) addresses += fmt::format("{}mailto:a@h{}.example", i == 0 ? "" : ",", i);
  CHECK(test::domain_facts(reports_to(addresses)).tls_report_hosts.size() == audit::kMaxTlsReportHosts);
}
