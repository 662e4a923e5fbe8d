#include <support/catch.hpp>
#include <support/findings.hpp>

#include <envelint/tls_rpt/record.hpp>
#include <envelint/tls_rpt/rules.hpp>

#include <string>
#include <vector>

using namespace envelint;
using finding::Findings;
using Lines = std::vector<std::string>;

namespace {

Findings lint(std::string_view value) {
  Findings out;
  tls_rpt::check_value(dns::Text(std::string(value)), out);
  return out;
}

Lines found(std::string_view value) { return test::shown(value, lint(value)); }
std::string mended(std::string_view value) { return test::mended(value, lint(value)); }

}  // namespace

TEST_CASE("records as they are published every day have no findings", "[tls_rpt]") {
  for (const std::string_view value :
       {"v=TLSRPTv1; rua=mailto:reports@example.com", "v=TLSRPTv1;rua=https://r.example.com/tls?x=1",
        "v=TLSRPTv1; rua=mailto:a%2Cb@example.com;"}) {
    INFO(value);
    CHECK(tls_rpt::parse(value).valid());
    CHECK(found(value).empty());
  }
}

TEST_CASE("the addresses of a list are read with their places", "[tls_rpt]") {
  const std::string_view value = "v=TLSRPTv1; rua=mailto:a@example.com , https://r.example.com/t";
  const tls_rpt::Record record = tls_rpt::parse(value);
  CHECK(record.valid());
  REQUIRE(record.uris.size() == 2);
  CHECK(text::slice(value, record.uris[0].span) == "mailto:a@example.com");
  CHECK(record.uris[1].scheme == tls_rpt::Uri::Scheme::https);
  CHECK(record.gaps.size() == 2);
  CHECK(tls_rpt::print(value, record) == "v=TLSRPTv1; rua=mailto:a@example.com,https://r.example.com/t");
}

TEST_CASE("a version that is not right is found and mended", "[tls_rpt]") {
  CHECK(found("v=TLSRPT1; rua=mailto:a@example.com") == Lines{"RPT003 \"v=TLSRPT1\""});
  CHECK(mended("v=TLS-RPTv1; rua=mailto:a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1 rua=mailto:a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1 ;rua=mailto:a@example.com") == "v=TLSRPTv1;rua=mailto:a@example.com");
  CHECK(tls_rpt::parse("v=TLSRPTv1 ;rua=mailto:a@example.com").valid());
}

TEST_CASE("the owner name in the value is said to be one", "[tls_rpt]") {
  const std::string_view value = "_smtp._tls.example.com: v=TLSRPTv1; rua=mailto:a@example.com";
  CHECK(found(value) == Lines{"RPT003 \"_smtp._tls.example.com: \""});
  CHECK(mended(value) == "v=TLSRPTv1; rua=mailto:a@example.com");
}

TEST_CASE("a record without an address has one finding", "[tls_rpt]") {
  for (const std::string_view value :
       {"v=TLSRPTv1", "v=TLSRPTv1;", "v=TLSRPTv1; rua=", "v=TLSRPTv1; RUA=mailto:a@example.com",
        "v=TLSRPTv1; mailto:a@example.com", "v=TLSRPTv1; rua:mailto:a@example.com"}) {
    INFO(value);
    REQUIRE(found(value).size() == 1);
    CHECK(found(value).front().starts_with("RPT004"));
    CHECK_FALSE(tls_rpt::parse(value).valid());
  }
}

TEST_CASE("an address that is no URI is mended where its meaning is plain", "[tls_rpt]") {
  CHECK(found("v=TLSRPTv1; rua=a@example.com") == Lines{"RPT005 \"a@example.com\""});
  CHECK(mended("v=TLSRPTv1; rua=a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mailto://a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mailto: a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mail:a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mailto:a@example.com mailto:b@example.com") ==
        "v=TLSRPTv1; rua=mailto:a@example.com,mailto:b@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mailto:a@example.com;mailto:b@example.com") ==
        "v=TLSRPTv1; rua=mailto:a@example.com,mailto:b@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mailto:a@example.com,") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1; rua=,mailto:a@example.com") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(found("v=TLSRPTv1; rua=mailto:example.com") == Lines{"RPT005 \"example.com\""});
  CHECK(found("v=TLSRPTv1; rua=https:r.example.com") == Lines{"RPT005 \"r.example.com\""});
  CHECK(found("v=TLSRPTv1; rua=reports") == Lines{"RPT005 \"reports\""});
}

TEST_CASE("plain HTTP is suggested to become HTTPS", "[tls_rpt]") {
  const std::string_view value = "v=TLSRPTv1; rua=http://r.example.com/";
  CHECK(found(value) == Lines{"RPT006 \"http\""});
  CHECK_FALSE(lint(value).items().front().fix->safe);
  CHECK(mended(value) == "v=TLSRPTv1; rua=https://r.example.com/");
}

TEST_CASE("characters that have a meaning in the record are encoded", "[tls_rpt]") {
  CHECK(found("v=TLSRPTv1; rua=mailto:a@example.com!10m") == Lines{"RPT007 \"!\""});
  CHECK(mended("v=TLSRPTv1; rua=mailto:a@example.com!10m") == "v=TLSRPTv1; rua=mailto:a@example.com");
  CHECK(mended("v=TLSRPTv1; rua=mailto:a!b!c@example.com") == "v=TLSRPTv1; rua=mailto:a%21b%21c@example.com");
  CHECK(mended("v=TLSRPTv1; rua=https://r.example.com/a,b") == "v=TLSRPTv1; rua=https://r.example.com/a%2Cb");
  CHECK(mended("v=TLSRPTv1; rua=https://r.example.com/a;b") == "v=TLSRPTv1; rua=https://r.example.com/a%3Bb");
}

TEST_CASE("lists and further fields are told, not blamed", "[tls_rpt]") {
  CHECK(found("v=TLSRPTv1; rua=mailto:a@example.com,mailto:b@example.com") ==
        Lines{"RPT013 \"mailto:a@example.com,mailto:b@example.com\""});
  CHECK(found("v=TLSRPTv1; rua=mailto:a@example.com, mailto:b@example.com") ==
        Lines{"RPT013 \"mailto:a@example.com, mailto:b@example.com\"", "RPT014 \" \""});
  CHECK(found("v=TLSRPTv1; rua=mailto:a@example.com; pct=100") == Lines{"RPT010 \"pct=100\""});
  const Findings broken = lint("v=TLSRPTv1; rua=mailto:a@example.com; p c=100");
  REQUIRE(broken.items().size() == 1);
  CHECK(broken.items().front().severity == finding::Severity::error);
}

TEST_CASE("after the fixes a record is valid, and no two fixes touch", "[tls_rpt]") {
  for (const std::string_view value :
       {"v=tlsrptv1 rua=a@example.com", "_smtp._tls v=TLSRPTv1; rua=mailto://a@example.com!10m",
        "\"v=TLSRPTv1\\; rua=mailto:a@example.com\"", "rua=mailto:a@example.com; v=TLSRPTv1",
        " v=TLSRPTv1;\trua=mailto: a@example.com , http://r.example.com/x ", "v=TLSRPTv1%3Brua=mailto:a%40example.com",
        "v=TLSRPTv1; rua=mailto:tls\xE2\x80\x8B@example.com", "v=TLSRPTv1;rua=mailto:a@example.com;b@example.com",
        "v=TLSRPTv1;rua=mailto:a@example.com,,mailto:b@example.com"}) {
    INFO(value);
    CHECK_FALSE(test::fixes_overlap(lint(value)));
    std::string last(value);
    for (int i = 0; i < 4; ++i) last = mended(last);
    INFO(last);
    CHECK(tls_rpt::parse(last).valid());
  }
}

TEST_CASE("a flood of addresses is cut off", "[tls_rpt]") {
  std::string value = "v=TLSRPTv1; rua=";
  for (int i = 0; i < 10'000; ++i) value += "mailto:a@example.com,";
  CHECK(tls_rpt::parse(value).uris.size() == tls_rpt::kMaxUris);
  CHECK(lint(value).items().size() < 10);
}
