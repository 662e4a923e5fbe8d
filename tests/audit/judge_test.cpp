#include <support/catch.hpp>
#include <support/lint.hpp>

#include <envelint/audit/fix.hpp>

using namespace envelint;
using test::record_codes;

TEST_CASE("a slip of the text is one finding, and the rest is judged without it", "[audit][judge]") {
  CHECK(record_codes("v=spf1 ip4:192.95.20.4\xC2\xA0-all") == "DNS014");
  CHECK(record_codes("v=spf1 mx \xE2\x80\x93"
                     "all") == "DNS014");
  CHECK(record_codes("v=spf1+mx+-all") == "DNS033");
  CHECK(record_codes("v=DMARC1\\; p=reject\\; rua=mailto:a@example.com") == "DNS013");
  CHECK(record_codes("v=DMARC1; p=\xE2\x80\x9Creject\xE2\x80\x9D; rua=mailto:a@example.com") == "DNS014 DNS014");
  CHECK(record_codes("v=spf1 ipv4:192.95.20.4\xC2\xA0-all") == "SPF020 DNS014");
}

TEST_CASE("a slip that makes the record unusable is an error, another a warning", "[audit][judge]") {
  const auto severity = [](std::string_view value) {
    return audit::judge_record({}, dns::Text(std::string(value)), {}).findings.at(0).severity;
  };
  CHECK(severity("v=DMARC1\\; p=reject") == finding::Severity::error);
  CHECK(severity("v=spf1 a:\\.example.com -all") != finding::Severity::error);
}

TEST_CASE("findings behind a slip point at the value as it is written", "[audit][judge]") {
  const std::string value = "v=spf1 a\xC2\xA0mx ipv4:192.95.20.4 -all";
  const auto report = audit::judge_record({}, dns::Text(value), {});
  REQUIRE(test::codes(report.findings) == "DNS014 SPF020");
  const finding::Finding& finding = report.findings[1];
  CHECK(value.substr(finding.span.start, finding.span.size()) == "ipv4:192.95.20.4");
  REQUIRE(finding.fix);
  CHECK(finding::apply(value, finding.fix->edits) == "v=spf1 a\xC2\xA0mx ip4:192.95.20.4 -all");
}

TEST_CASE("valid is the verdict on the value as written", "[audit][judge]") {
  const auto valid = [](std::string_view value) {
    return audit::judge_record({}, dns::Text(std::string(value)), {}).records.at(0).valid;
  };
  CHECK(valid("v=spf1 -all") == true);
  CHECK(valid("v=spf1 mx \xE2\x80\x93"
              "all") == false);
  CHECK(valid("v=DMARC1; p=none; rua=mailto:a@example.com") == true);
  CHECK(valid("v=DMARC1\\; p=none") == false);
  CHECK(valid("v=STSv1; id=1;") == true);
  CHECK(valid("3 1 1 0123456789abcdef") == false);
  CHECK(valid("hello") == std::nullopt);
}

TEST_CASE("a record that lets reports in needs no policy", "[audit][judge]") {
  const auto report =
      audit::judge_record("example.com._report._dmarc.example.net", dns::Text(std::string("v=DMARC1")), {});
  CHECK(report.records.at(0).valid == true);
  CHECK(report.findings.empty());
}

namespace {

std::string fixed(audit::Kind kind, std::string_view value) {
  return audit::fix_value(kind, dns::Text(std::string(value)), "", {});
}

}  // namespace

TEST_CASE("a whole zone line pasted as a record loses its name and both its quotes", "[audit]") {
  CHECK(fixed(audit::Kind::spf, R"(example.com. 3600 IN TXT "v=spf1 mx -all")") == "v=spf1 mx -all");
  CHECK(fixed(audit::Kind::dmarc, R"(_dmarc.example.com. IN TXT "v=DMARC1; p=reject; rua=mailto:a@example.com")") ==
        "v=DMARC1; p=reject; rua=mailto:a@example.com");
  const std::string key = "v=DKIM1; k=ed25519; p=Jb1WYQWcF2t6Jm3M2cYzZ9m0m4C2l3v8k1r6s5t7u9w=";
  CHECK(fixed(audit::Kind::dkim, "s1._domainkey.example.com. IN TXT \"" + key + "\"") == key);
}

TEST_CASE("one MX record alone is judged by its own two words", "[audit]") {
  CHECK(record_codes("10 mail.example.com.").empty());
  CHECK(record_codes("10 192.0.2.1") == "MX008");
  CHECK(record_codes("5 .") == "MX005");
  CHECK(fixed(audit::Kind::mx, "5 .") == "0 .");
}
