#include <support/catch.hpp>
#include <support/domain.hpp>

using namespace envelint;
using test::finds;
using test::said;

namespace {

/// A rule about something missing: it speaks where DNS says that nothing is there, and is silent where DNS says
/// nothing.
struct Absence {
  std::string_view code;
  std::string_view zone;
  std::string_view trouble;  // what is not answered then
  std::vector<std::string> selectors;
};

constexpr std::string_view kMail = "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n";
constexpr std::string_view kKey = "TXT \"v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"\n";
constexpr std::string_view kReject = "_dmarc TXT \"v=DMARC1; p=reject\"\n";

std::string operator+(std::string_view a, std::string_view b) { return std::string(a).append(b); }

std::vector<Absence> absences() {
  return {
      {"SPF001", "@ MX 10 mail\nmail A 192.0.2.1\n", "example.com. TXT", {}},
      {"SPF007", "@ MX 10 mail\n_spf TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n", "_spf.example.com. TXT", {}},
      {"SPF007", "@ MX 10 mail\n_spf TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n", "example.com. TXT", {}},
      {"SPF010", "@ MX 0 .\n", "example.com. TXT", {}},
      {"SPF010", "@ MX 0 .\n", "example.com. MX", {}},
      {"DKIM001", kMail, "_domainkey.example.com.", {}},
      {"DKIM001",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\nx1._domainkey TXT k\n",
       "google._domainkey.example.com.",
       {}},
      {"DKIM002", kMail, "s1._domainkey.example.com.", {"s1"}},
      {"DKIM034",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\ns1 TXT \"v=DKIM1; k=ed25519; "
       "p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"\n",
       "s1._domainkey.example.com.",
       {"s1"}},
      {"DKIM035",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\ns1._domainkey CNAME gone.example.net.\n",
       "gone.example.net.",
       {"s1"}},
      {"MX001", "@ A 192.0.2.1\n@ TXT \"v=spf1 a -all\"\n", "example.com. MX", {}},
      {"MX002", "@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", "example.com. MX", {}},
      {"MX002", "@ TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", "example.com. AAAA", {}},
      {"PTR001",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n9.2.0.192.in-addr.arpa. PTR a.example.net.\n",
       "1.2.0.192.in-addr.arpa.",
       {}},
      {"PTR002",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n1.2.0.192.in-addr.arpa. PTR old.example.net.\n",
       "old.example.net.",
       {}},
      {"STS001", kMail, "_mta-sts.example.com.", {}},
      {"STS008", "@ MX 10 mail\nmail A 192.0.2.1\nmta-sts TXT \"v=STSv1; id=1\"\n", "_mta-sts.example.com.", {}},
      {"STS010", "@ MX 10 mail\nmail A 192.0.2.1\n_mta-sts TXT \"v=STSv1; id=1\"\n", "mta-sts.example.com. A", {}},
      {"STS034", "@ MX 10 mail\nmail A 192.0.2.1\n_mta-sts TXT \"v=STSv1; id=1\"\n", "_smtp._tls.example.com.", {}},
      {"SPF008", "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n", "mail.example.com. TXT", {}},
      {"RPT008", "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@mial.example.com\"\n", "mial.example.com. MX", {}},
      {"RPT009",
       "@ MX 10 mail\nmail A 192.0.2.1\n_tls TXT \"v=TLSRPTv1; rua=mailto:a@example.com\"\n",
       "_smtp._tls.example.com.",
       {}},
      {"X001", "@ MX 10 mail\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n", "example.com. TXT", {}},
      {"X001", "@ MX 10 mail\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n", "_domainkey.example.com.", {}},
      {"X002",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx -all\"\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=reject\"\n",
       "_domainkey.example.com.",
       {}},
      {"X003",
       "@ MX 10 mail\n@ TXT \"v=spf1 mx include:sendgrid.net -all\"\nmail A 192.0.2.1\n",
       "s2._domainkey.example.com.",
       {}},
      {"X006", "@ TXT \"v=spf1 -all\"\n", "example.com. MX", {}},
  };
}

}  // namespace

TEST_CASE("what nobody answered is not missing", "[audit][unknown]") {
  for (const Absence& absence : absences()) {
    CAPTURE(absence.code, absence.zone, absence.trouble);
    CHECK(finds(absence.code, absence.zone, absence.selectors));
    std::string zone(absence.zone);
    for (const std::string_view kind : {"timeout", "servfail", "refused", "bogus"}) {
      const std::string troubled = ";! " + std::string(kind) + " " + std::string(absence.trouble) + "\n" + zone;
      CAPTURE(kind);
      CHECK_FALSE(finds(absence.code, troubled, absence.selectors));
    }
  }
}

TEST_CASE("a missing SPF record is offered ready to publish", "[audit][spf]") {
  CHECK(said("SPF001", "@ MX 0 a.mail.protection.outlook.com.\na.mail.protection.outlook.com. A 192.0.2.1\n")
            .starts_with("warning example.com: publish `example.com. TXT \"v=spf1 include:spf.protection.outlook.com "
                         "~all\"`"));
  CHECK(said("SPF001", "@ MX 10 mail\nmail A 192.0.2.1\n").contains("\"v=spf1 mx ~all\""));
  CHECK(said("SPF001", "@ A 192.0.2.1\n").contains("\"v=spf1 a ~all\""));
  CHECK(said("SPF010", "@ MX 0 .\n").contains("`example.com. TXT \"v=spf1 -all\"`"));
}

TEST_CASE("a missing SPF record is one finding", "[audit][spf]") {
  CHECK_FALSE(finds("SPF001", "@ MX 0 .\n"));
  CHECK_FALSE(finds("SPF001", "@ MX 10 mail\nmail A 192.0.2.1\n_spf TXT \"v=spf1 mx -all\"\n"));
  CHECK_FALSE(finds("SPF001", "@ MX 10 mail\nmail A 192.0.2.1\n@ TXT \"v=spf10 mx -all\"\n"));
  CHECK_FALSE(finds("SPF007", "@ TXT \"v=spf1 redirect=_spf.example.com\"\n_spf TXT \"v=spf1 mx -all\"\n"));
  CHECK_FALSE(finds("SPF007", "@ MX 10 mail\nmail A 192.0.2.1\nwww TXT \"v=spf1 -all\"\n"));
  CHECK_FALSE(finds("SPF007", "@ MX 10 mail\nmail A 192.0.2.1\n* TXT \"v=spf1 -all\"\n"));
}

TEST_CASE("a domain without mail is not told what a mail domain lacks", "[audit][parked]") {
  const std::string parked = "@ MX 0 .\n@ TXT \"v=spf1 -all\"\n" + std::string(kReject);
  for (const std::string_view code : {"MX001", "MX002", "MX006", "DKIM001", "STS001", "X001", "X002", "X003", "X006"}) {
    CAPTURE(code);
    CHECK_FALSE(finds(code, parked));
  }
  CHECK(finds("MX003", parked));
}

TEST_CASE("the set of records of a parked domain is offered as far as it is missing", "[audit][parked]") {
  CHECK(said("X006", "@ A 192.0.2.1\n@ TXT \"v=spf1 -all\"\n") ==
        "notice example.com: publish `example.com. MX 0 .`, "
        "`_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"`, "
        "`*._domainkey.example.com. TXT \"v=DKIM1; p=\"`");
  CHECK(said("X006", "@ TXT \"v=spf1 -all\"\n*._domainkey TXT \"v=DKIM1; p=\"\n" + std::string(kReject)) ==
        "notice example.com: publish `example.com. MX 0 .`");
  // It takes mail, and says that it sends none: nothing is wrong with that.
  CHECK_FALSE(finds("X006", "@ MX 10 mail\n@ TXT \"v=spf1 -all\"\nmail A 192.0.2.1\n"));
}

TEST_CASE("a null MX beside senders or reports to itself is a contradiction, said once", "[audit][mx]") {
  CHECK(finds("MX006", "@ MX 0 .\n@ TXT \"v=spf1 mx:example.net -all\"\n"));
  CHECK(finds("MX006", "@ MX 0 .\n@ TXT \"v=spf1 -all\"\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:t@example.com\"\n"));
  CHECK_FALSE(finds("MX003", "@ MX 0 .\n@ TXT \"v=spf1 mx:example.net -all\"\n"));
  CHECK_FALSE(
      finds("MX006", "@ MX 0 .\n@ TXT \"v=spf1 -all\"\n_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:t@example.net\"\n"));
}

TEST_CASE("a domain whose senders cannot be answered is told so", "[audit][mx]") {
  CHECK(finds("MX002", "s1._domainkey " + std::string(kKey), {"s1"}));
  CHECK_FALSE(finds("MX002", "@ TXT \"site-verification=1\"\n"));
  CHECK_FALSE(finds("MX002", "@ TXT \"v=spf1 -all\"\n"));
}

TEST_CASE("records with a wrong name are not also called missing", "[audit][sts]") {
  const std::string sts = "@ MX 10 mail\nmail A 192.0.2.1\n@ TXT \"v=STSv1; id=1\"\n";
  CHECK(said("STS008", sts) ==
        "error example.com: publish it at the other name: `_mta-sts.example.com. TXT \"v=STSv1; id=1\"`");
  CHECK_FALSE(finds("STS001", sts));
  const std::string rpt =
      "@ MX 10 mail\nmail A 192.0.2.1\nmta-sts A 192.0.2.2\n_mta-sts TXT \"v=STSv1; id=1\"\n"
      "_smtp-tls._tcp TXT \"v=TLSRPTv1; rua=mailto:a@example.com\"\n";
  CHECK(said("RPT009", rpt).starts_with("error _smtp-tls._tcp.example.com: "));
  CHECK_FALSE(finds("STS034", rpt));
  // Beside the record in its right place, one at a wrong name does nothing.
  CHECK_FALSE(finds("RPT009", rpt + "_smtp._tls TXT \"v=TLSRPTv1; rua=mailto:a@example.com\"\n"));
}

TEST_CASE("MTA-STS is offered with the hosts of the domain", "[audit][sts]") {
  const std::string help = said("STS001", kMail);
  CHECK(help.contains("`version: STSv1, mode: testing, mx: mail.example.com, max_age: 604800`"));
  CHECK(help.contains("`_mta-sts.example.com. TXT \"v=STSv1; id=1\"`"));
}

TEST_CASE("a policy host is there if it has an address of either family, or an alias to one", "[audit][sts]") {
  const std::string sts = "@ MX 10 mail\nmail A 192.0.2.1\n_mta-sts TXT \"v=STSv1; id=1\"\n";
  CHECK(finds("STS010", sts));
  CHECK(finds("STS010", sts + "mta-sts CNAME gone.example.net.\n"));
  CHECK_FALSE(finds("STS010", sts + "mta-sts AAAA 2001:db8::1\n"));
  CHECK_FALSE(finds("STS010", sts + "mta-sts CNAME www.example.net.\nwww.example.net. A 192.0.2.1\n"));
}

TEST_CASE("several records of one kind are counted as receivers count them", "[audit][sets]") {
  CHECK(test::zone_codes("_mta-sts TXT \"v=STSv1; id=1\"\n_mta-sts TXT \"v=STSv1; id=2\"\n").contains("STS002"));
  CHECK_FALSE(test::zone_codes("_mta-sts TXT \"v=STSv1; id=1\"\n_mta-sts TXT \"other\"\n").contains("STS002"));
  CHECK_FALSE(
      test::zone_codes("a._domainkey TXT \"v=DKIM1; p=\"\nb._domainkey TXT \"v=DKIM1; p=\"\n").contains("DKIM003"));
  CHECK(test::zone_codes("a._domainkey TXT \"v=DKIM1; p=\"\nA._domainkey TXT \"x\"\n").contains("DKIM003"));
}

TEST_CASE("a policy that no mail can pass is an error only where that is certain", "[audit][dmarc]") {
  const std::string zone = "@ MX 10 mail\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=quarantine\"\n";
  CHECK(said("X001", zone).starts_with("error"));
  CHECK(said("X001", zone + "zz9._domainkey " + std::string(kKey)).starts_with("warning"));
  CHECK(said("X001", zone + "zz9._domainkey " + std::string(kKey), {"s1"}).starts_with("error"));
  CHECK_FALSE(finds("X001", zone + "s1._domainkey " + std::string(kKey)));
  CHECK_FALSE(finds("X001", zone + "@ TXT \"v=spf1 mx -all\"\n"));
  CHECK(finds("X001", zone + "@ TXT \"v=spf1 ipv4:192.0.2.1 -all\"\n"));
  CHECK_FALSE(finds("X001", "@ MX 10 mail\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=none\"\n"));
  CHECK_FALSE(finds("X001", "@ MX 10 mail\nmail A 192.0.2.1\n_dmarc TXT \"v=DMARC1; p=quarantine; t=y\"\n"));
}

TEST_CASE("a test-mode key is said once, and as what it means", "[audit][dmarc]") {
  const std::string key =
      "s1._domainkey TXT \"v=DKIM1; k=ed25519; t=y; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"\n";
  CHECK(finds("X007", kMail + key + kReject, {"s1"}));
  CHECK_FALSE(finds("DKIM028", kMail + key + kReject, {"s1"}));
  CHECK_FALSE(finds("X007", kMail + key, {"s1"}));
  CHECK(finds("DKIM028", kMail + key, {"s1"}));
}
