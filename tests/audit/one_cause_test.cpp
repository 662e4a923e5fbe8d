#include <support/catch.hpp>
#include <support/domain.hpp>

#include <string>
#include <string_view>

using test::finds;

namespace {

constexpr std::string_view kMail = "@ MX 10 mail\nmail A 192.0.2.1\n";

std::string with_mail(std::string_view more) { return std::string(kMail) + std::string(more); }

}  // namespace

TEST_CASE("a question that only a term of the SPF record asks is told at that term", "[audit][one_cause]") {
  const std::string slow =
      with_mail("@ TXT \"v=spf1 mx include:slow.example.net -all\"\n;! timeout slow.example.net.\n");
  CHECK(finds("SPF103", slow));
  CHECK_FALSE(finds("DNS001", slow));
  CHECK_FALSE(test::domain_report(slow).unknown.empty());
}

TEST_CASE("a question that others ask too is told once, for the domain", "[audit][one_cause]") {
  const std::string host = with_mail("@ TXT \"v=spf1 mx -all\"\n;! timeout mail.example.com. A\n");
  CHECK(finds("DNS001", host));
  CHECK_FALSE(finds("SPF103", host));
}

TEST_CASE("an include that DNSSEC hides is told as trouble of DNSSEC", "[audit][one_cause]") {
  const std::string bogus = with_mail("@ TXT \"v=spf1 mx include:b.example.net -all\"\n;! bogus b.example.net.\n");
  CHECK(finds("DNS003", bogus));
  CHECK_FALSE(finds("SPF103", bogus));
}

TEST_CASE("whether a host that cannot receive agrees to reports is not asked", "[audit][one_cause]") {
  const std::string gone = with_mail("_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:d@gone.example.net\"\n");
  CHECK(finds("DMARC062", gone));
  CHECK_FALSE(finds("DMARC059", gone));
  const std::string there = gone + "gone.example.net. MX 0 mx.example.net.\n";
  CHECK_FALSE(finds("DMARC062", there));
  CHECK(finds("DMARC059", there));
}

TEST_CASE("an SPF record that a wildcard puts at _dmarc says that no policy is there", "[audit][one_cause]") {
  const std::string wildcard = with_mail("@ TXT \"v=spf1 mx -all\"\n* TXT \"v=spf1 mx -all\"\n");
  CHECK(finds("DMARC008", wildcard));
  CHECK_FALSE(finds("DMARC001", wildcard));
}

TEST_CASE("an SPF record put at _dmarc by mistake is one finding, and the missing policy another",
          "[audit][one_cause]") {
  const std::string misplaced = with_mail("_dmarc TXT \"v=spf1 mx -all\"\n");
  CHECK(finds("SPF007", misplaced));
  CHECK_FALSE(finds("DMARC008", misplaced));
  CHECK(finds("DMARC001", misplaced));
  const std::string twice = misplaced + "@ TXT \"v=spf1 mx -all\"\n";
  CHECK_FALSE(finds("SPF007", twice));
  CHECK(finds("DMARC008", twice));
}
