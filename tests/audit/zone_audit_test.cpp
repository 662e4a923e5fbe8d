#include <support/catch.hpp>
#include <support/lint.hpp>

using namespace envelint;
using test::zone_codes;

TEST_CASE("records are gathered by the mail domain they speak for", "[audit][zone]") {
  const audit::Report report = audit::audit_zone(test::zone(R"(
@                      TXT "v=spf1 mx -all"
@                      MX 10 mail
mail                   A 192.95.20.4
_dmarc                 TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
s1._domainkey          TXT "v=DKIM1; p="
_mta-sts               TXT "v=STSv1; id=1"
_smtp._tls             TXT "v=TLSRPTv1; rua=mailto:a@example.com"
_25._tcp.mail          TLSA 3 1 1 0000000000000000000000000000000000000000000000000000000000000000
news                   TXT "v=spf1 -all"
www                    A 192.95.20.5
token                  TXT "site-verification=abc"
)"));
  REQUIRE(report.domains.size() == 2);
  CHECK(report.domains[0].domain == "example.com");
  CHECK(report.domains[0].records.size() == 8);
  CHECK(report.domains[1].domain == "news.example.com");
  CHECK(report.domains[1].records.size() == 1);
}

TEST_CASE("a zone can be asked about some of its domains alone", "[audit][zone]") {
  const std::string text = "@ TXT \"v=spf1 +all\"\nnews TXT \"v=spf1 ?all\"\n";
  CHECK(zone_codes(text) == "example.com: SPF060; news.example.com: SPF061");
  CHECK(zone_codes(text, {*dns::Name::parse("news.example.com")}) == "news.example.com: SPF061");
  CHECK(zone_codes(text, {*dns::Name::parse("other.example")}) == "other.example");
}

TEST_CASE("two SPF records at one name are an error, two names with one each are not", "[audit][zone]") {
  CHECK(zone_codes("@ TXT \"v=spf1 -all\"\n@ TXT \"v=spf1 mx -all\"\n") == "example.com: SPF002");
  CHECK(zone_codes("a TXT \"v=spf1 -all\"\nb TXT \"v=spf1 -all\"\n") == "a.example.com; b.example.com");
}

TEST_CASE("a softfail needs no word where DMARC is enforced", "[audit][zone]") {
  CHECK(zone_codes("@ TXT \"v=spf1 mx ~all\"\n") == "example.com: SPF062");
  CHECK(zone_codes("@ TXT \"v=spf1 mx ~all\"\n_dmarc TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\"\n") ==
        "example.com");
}

TEST_CASE("comments silence findings, and are missed when they silence nothing", "[audit][zone]") {
  CHECK(zone_codes("@ TXT \"v=spf1 mx ?all\" ; envelint: ignore SPF061 -- on purpose\n") == "example.com");
  CHECK(zone_codes("; envelint: ignore SPF06 -- on purpose\n@ TXT \"v=spf1 mx ?all\"\n") == "example.com");
  CHECK(zone_codes("; envelint: ignore-file SPF -- on purpose\na TXT \"v=spf1 ?all\"\nb TXT \"v=spf1 +all\"\n") ==
        "a.example.com; b.example.com");
  CHECK(zone_codes("@ TXT \"v=spf1 mx ?all\" ; envelint: ignore SPF061\n") == "example.com: X017");
  CHECK(zone_codes("@ TXT \"v=spf1 mx -all\" ; envelint: ignore SPF061 -- old\n") == "example.com: X017");
  CHECK(zone_codes("a TXT \"v=spf1 ?all\" ; envelint: ignore SPF061 -- mine\nb TXT \"v=spf1 ?all\"\n") ==
        "a.example.com; b.example.com: SPF061");
}

TEST_CASE("what a swallowed comment makes a value lack is not said a second time", "[audit][zone]") {
  CHECK(zone_codes("s1._domainkey TXT v=DKIM1; k=rsa; p=\n") == "example.com: DNS032");
  CHECK(zone_codes("_dmarc TXT v=DMARC1; p=reject; rua=mailto:a@example.com\n") == "example.com: DNS032");
}

TEST_CASE("one missing dot is one finding", "[audit][zone]") {
  CHECK(zone_codes("@ MX 10 mail.example.com\nmail A 192.95.20.4\n") == "example.com: DNS022");
}

TEST_CASE("hosts outside the zones of the file are unknown, never missing", "[audit][zone]") {
  CHECK(zone_codes("@ MX 10 mx.example.net.\n") == "example.com");
  CHECK(zone_codes("@ MX 10 gone\n") == "example.com: MX010");
  CHECK(zone_codes("sub NS ns.example.net.\n@ MX 10 mx.sub\n") == "example.com");
  CHECK(zone_codes("*.wild A 192.95.20.4\n@ MX 10 mx.wild\n") == "example.com");
}

TEST_CASE("a file without any mail record still says what is wrong with its lines", "[audit][zone]") {
  CHECK(zone_codes("$ORIGIN example.net.\nthis is no record\n") == "example.net: ZONE001");
  CHECK(zone_codes("") == "");
}
