#include "support.hpp"

#include <support/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace dmarc_test;

namespace {

const std::string kRua = "; rua=mailto:dmarc@example.com";

struct Case {
  std::string text;
  std::string expected;
};

// Texts that draw findings of every kind, for properties that hold for all.
const std::vector<std::string>& specimens() {
  static const std::vector<std::string> texts{
      "v=DMARC1; p=reject" + kRua,
      "v=dmarc1; p=none" + kRua,
      "v=DMARC1 p=none rua=mailto:a@example.com",
      "DMARC1; p=reject" + kRua,
      "_dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com\"",
      " v=DMARC1; p=reject" + kRua,
      "p=reject; v=DMARC1" + kRua,
      "v=DMARC1, p=reject, rua=mailto:a@example.com, mailto:b@example.com",
      "v=DMARC1\\; p=reject\\; rua=mailto:a@example.com\\;",
      "v = DMARC1 ;\tp=reject" + kRua,
      "v=DMARC1" + kRua,
      "v=DMARC1; sp=reject",
      "v=DMARC1; p=rejct; sp=non; np=quarantene" + kRua,
      "v=DMARC1; p=none; t=y" + kRua,
      "v=DMARC1; p=reject; t=yes; psd=no; adkim=strict; aspf=s!" + kRua,
      "v=DMARC1; pct=100; rf=afrf; ri=3600; fo=1; p=reject" + kRua,
      "v=DMARC1; p=reject; pct=0; fo=0:1:d" + kRua + "; ruf=mailto:f@example.com",
      "v=DMARC1; polic=reject; ruas=mailto:a@example.com",
      "v=DMARC1; P=reject" + kRua,
      "v=DMARC1; p=reject; rua=a@example.com,b@example.com,mailto://c@example.com",
      "v=DMARC1; p=reject; rua=mailto:<a@example.com>, mailto: b@example.com!10m",
      "v=DMARC1; p=reject; rua=mailto:a,b@example.com;mailto:c!d@example.com",
      "v=DMARC1; p=reject; rua=mailto:a@example.com b@example.com",
      "v=DMARC1; p=reject; rua=mailto:a@example.commailto:b@example.com",
      "v=DMARC1; p=reject; rua=mailto:a@example.com; b@example.com",
      "v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:a@example.com!1m,",
      "v=DMARC1; p=reject; adkim=r; sp=reject" + kRua,
      "v=DMARC1; p:reject; p==none; junk; =x; \xC3\xA4=1; x=\xC3\xA4; ;" + kRua,
      "v=DMARC1; p=reject; p=none; v=DMARC1; sp=none" + kRua + kRua,
  };
  return texts;
}

}  // namespace

TEST_CASE("a well-made record draws no error and no warning", "[dmarc][rules]") {
  for (const std::string& text : {
           "v=DMARC1; p=reject" + kRua,
           "v=DMARC1;p=reject;sp=reject;adkim=s;aspf=s" + kRua + ";",
           "v=DMARC1; p=quarantine; np=reject" + kRua,
           "v=DMARC1; p=reject; pct=100; fo=1" + kRua + "; ruf=mailto:dmarc@example.com",
           "v=DMARC1; p=reject; psd=n" + kRua + ",mailto:reports@example.net",
       }) {
    INFO(text);
    CHECK(codes(text).empty());
  }
  CHECK(codes("v=DMARC1; p=reject" + kRua, Severity::info).empty());
}

TEST_CASE("each slip draws its finding, and no second one", "[dmarc][rules]") {
  const std::vector<Case> cases{
      {"v=dmarc1; p=reject" + kRua, "003"},
      {"v=DMARC; p=reject" + kRua, "003"},
      {"v=DMARC2; p=reject" + kRua, "003"},
      {"v=DMARC1 p=reject" + kRua, "003"},
      {"DMARC1; p=reject" + kRua, "003"},
      {"p=reject; v=DMARC1" + kRua, "004"},
      {"p=reject" + kRua, "004"},
      {"nv=DMARC1; p=reject" + kRua, "004"},
      {"_dmarc= v=DMARC1; p=reject" + kRua, "004"},
      {"\"v=DMARC1; p=reject" + kRua + "\"", "005"},
      {"\xC2\xA0v=DMARC1; p=reject" + kRua, "005"},
      {"v=DMARC1; p:reject" + kRua, "009"},
      {"v=DMARC1; p=reject; rua=", "009"},
      {"v=DMARC1; p=reject; sp=reject; sp=none" + kRua, "010"},
      {"v=DMARC1; p=reject; v=DMARC1; p=none" + kRua, "010"},
      {"v=DMARC1; polic=reject" + kRua, "012"},
      {"v=DMARC1; p=reject; ruas=mailto:a@example.com", "012"},
      {"v=DMARC1; p=reject, sp=reject" + kRua, "013"},
      {"v=DMARC1; p=reject\xEF\xBC\x9Bsp=reject\xEF\xBC\x9B adkim=s" + kRua, "013"},
      {"v=DMARC1\\; p=reject\\; rua=mailto:a@example.com", "013"},
      {"v=DMARC1; p=rejectrua=mailto:a@example.com", "013"},
      {"v=DMARC1", "020"},
      {"v=DMARC1" + kRua, "021"},
      {"v=DMARC1; p=rejct" + kRua, "022"},
      {"v=DMARC1; p=" + kRua, "022"},
      {"v=DMARC1; p=reject; sp=x" + kRua, "023"},
      {"v=DMARC1; p=none" + kRua, "024"},
      {"v=DMARC1; p=none", "025"},
      {"v=DMARC1; p=none; sp=none; pct=100; adkim=r", "025"},
      {"v=DMARC1; p=reject; sp=quarantine" + kRua, "027"},
      {"v=DMARC1; p=reject; np=none" + kRua, "028"},
      {"v=DMARC1; p=reject; sp=none; np=none" + kRua, "027"},
      {"v=DMARC1; p=reject; t=y" + kRua, "031"},
      {"v=DMARC1; p=reject; t=1" + kRua, "033"},
      {"v=DMARC1; p=reject; pct=50" + kRua, "040"},
      {"v=DMARC1; p=reject; pct=abc" + kRua, "040"},
      {"v=DMARC1; p=reject; aspf=s!" + kRua, "043"},
      {"v=DMARC1; p=reject", "050"},
      {"v=DMARC1; p=reject; rua=a@example.com", "051"},
      {"v=DMARC1; p=reject; rua=mailto:<example dmarc email address>", "052"},
      {"v=DMARC1; p=reject; rua=https://example.com/x", "053"},
      {"v=DMARC1; p=reject; rua=mailto:a,b@example.com", "054"},
      {"v=DMARC1; p=reject; rua=mailto:a@example.com!1k", "056"},
      {"v=DMARC1; p=reject; rua=mailto:a@example.com; b@example.com", "057"},
      {"v=DMARC1; p=reject; rua=mailto:a@example.com mailto:b@example.com", "057"},
      {"v=DMARC1; p=reject; rua=mailto:a@gmail.com; ruf=mailto:a@gmail.com", "063"},
      {"v=DMARC1; p=reject; fo=0:1" + kRua + "; ruf=mailto:a@example.com", "066"},
      {"v=DMARC1; p=reject" + kRua + ",mailto:dmarc@example.com", "067"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    CHECK(codes(one.text) == one.expected);
  }
}

TEST_CASE("independent faults each get their finding", "[dmarc][rules]") {
  CHECK(codes("v=dmarc1; p=rejct; adkim=x; rua=a@example.com") == "003 022 043 051");
  CHECK(codes("v=DMARC1; p=reject; rua=dmarcreports@example.com; ruf=dmarcfailures@example.com; fo=1") == "051 051");
  CHECK(codes("v=DMARC1; p=${var.policy}; rua=${var.rua},mailto:a@example.com") == "022 052");
}

TEST_CASE("a finding underlines the smallest wrong text", "[dmarc][rules]") {
  CHECK(underlined("_dmarc= v=DMARC1; p=none", "004") == "_dmarc=");
  CHECK(underlined("_dmarc.ke46138.is-not-a.dev = v=DMARC1; p=none", "004") == "_dmarc.ke46138.is-not-a.dev =");
  CHECK(underlined("nv=DMARC1; p=none", "004") == "n");
  CHECK(underlined("v=DMARC1; p=none, sp=none", "013") == ",");
  CHECK(underlined("v=DMARC1; p=none; rua=mailto:mailto:a@example.com", "052") == "mailto:");
  CHECK(underlined("v=DMARC1; p=quarantine; fo=1; rua=mailto:a@example.com; fo=1; rua=mailto:a@example.com", "010") ==
        "fo=1; rua=mailto:a@example.com");
}

TEST_CASE("fixes write what was meant", "[dmarc][rules]") {
  CHECK(fixed("v=DMARC1 p=none rua=mailto:a@example.com", "003") == "v=DMARC1; p=none; rua=mailto:a@example.com");
  CHECK(fixed("_dmarc.example.com. IN TXT \"v=DMARC1; p=none\"", "004") == "v=DMARC1; p=none");
  CHECK(fixed("p=none; v=DMARC1; sp=none", "004") == "v=DMARC1; p=none; sp=none");
  CHECK(fixed("v=DMARC1\\; p=none\\;", "013") == "v=DMARC1; p=none;");
  CHECK(fixed("v=DMARC1\xEF\xBC\x9Bp=none\xEF\xBC\x9B", "013") == "v=DMARC1; p=none");
  CHECK(fixed("v=DMARC1; rua=mailto:a@example.com; p=none", "044") == "v=DMARC1; p=none; rua=mailto:a@example.com");
  CHECK(fixed("v=DMARC1; rua=mailto:a@example.com", "021") == "v=DMARC1; p=none; rua=mailto:a@example.com");
  CHECK(fixed("v=DMARC1; p=reject; pct=0; x=1", "040") == "v=DMARC1; p=reject; t=y; x=1");
  CHECK(fixed("v=DMARC1; p=none; rua=mailto:a,b@example.com", "054") ==
        "v=DMARC1; p=none; rua=mailto:a%2Cb@example.com");
  CHECK(fixed("v=DMARC1; p=none; rua=mailto: <a@example.com>!5m", "052") ==
        "v=DMARC1; p=none; rua=mailto:a@example.com!5m");
  CHECK(fixed("v=DMARC1; p=none; rua=mailto:a@example.com; b@example.com", "057") ==
        "v=DMARC1; p=none; rua=mailto:a@example.com, mailto:b@example.com");
  CHECK(fixed("v=DMARC1; p=none; fo=0,1,d; ruf=mailto:a@example.com", "066") ==
        "v=DMARC1; p=none; fo=1:d; ruf=mailto:a@example.com");
  CHECK(fixed("v=DMARC1; p=reject", "050", "_dmarc.Example.com.") ==
        "v=DMARC1; p=reject; rua=mailto:dmarc-reports@example.com");
}

TEST_CASE("after its fix a finding is gone", "[dmarc][rules]") {
  for (const std::string& text : specimens()) {
    for (const Finding& finding : check(text, "_dmarc.example.com")) {
      if (!finding.fix) continue;
      const std::string after = envelint::finding::apply(text, finding.fix->edits);
      INFO(text << " -> " << after << " by " << envelint::finding::entry(finding.code).id);
      const auto count = [&](const std::vector<Finding>& all) {
        return std::ranges::count(all, finding.code, &Finding::code);
      };
      CHECK(count(check(after, "_dmarc.example.com")) < count(check(text, "_dmarc.example.com")));
    }
  }
}

TEST_CASE("safe fixes of one record do not overlap, and together leave a record that needs none", "[dmarc][rules]") {
  for (const std::string& start : specimens()) {
    std::string text = start;
    for (int round = 0; round < 4; ++round) {
      std::vector<envelint::finding::Edit> edits;
      for (const Finding& finding : check(text)) {
        if (!finding.fix || !finding.fix->safe) continue;
        edits.insert(edits.end(), finding.fix->edits.begin(), finding.fix->edits.end());
      }
      for (std::size_t i = 0; i < edits.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          INFO(text << " [" << i << "] [" << j << "]");
          CHECK_FALSE(edits[i].span.overlaps(edits[j].span));
        }
      }
      text = envelint::finding::apply(text, edits);
    }
    for (const Finding& finding : check(text)) {
      INFO(start << " -> " << text << " still has " << envelint::finding::entry(finding.code).id);
      CHECK_FALSE((finding.fix && finding.fix->safe));
    }
  }
}

TEST_CASE("a fix is offered as the catalogue says", "[dmarc][rules]") {
  using envelint::finding::FixKind;
  for (const std::string& text : specimens()) {
    for (const Finding& finding : check(text)) {
      const auto& entry = envelint::finding::entry(finding.code);
      INFO(text << ": " << entry.id);
      CHECK_FALSE(finding.message.empty());
      CHECK_FALSE(finding.message.ends_with('.'));
      if (!finding.fix) continue;
      CHECK(entry.fix != FixKind::none);
    }
  }
}

TEST_CASE("a record that only permits reports needs no policy", "[dmarc][rules]") {
  Findings out;
  envelint::dmarc::check(envelint::dmarc::parse("v=DMARC1"), out, "example.com._report._dmarc.example.net");
  CHECK(out.items().empty());
  CHECK(envelint::dmarc::parse("v=DMARC1").authorizes_reports());
  CHECK_FALSE(envelint::dmarc::parse("v=DMARC1").valid());
}

TEST_CASE("policies for subdomains are ignored where no walk comes", "[dmarc][rules]") {
  const Record record = envelint::dmarc::parse("v=DMARC1; p=reject; sp=reject; np=reject" + kRua);
  Findings deep;
  envelint::dmarc::check_owner(record, "_dmarc.a.b.c.d.e.f.example.com", deep);
  CHECK(deep.items().size() == 2);
  Findings shallow;
  envelint::dmarc::check_owner(record, "_dmarc.b.c.d.e.f.example.com", shallow);
  CHECK(shallow.items().empty());
}

TEST_CASE("a text that nobody meant to be DMARC draws one finding", "[dmarc][rules]") {
  CHECK(codes("sl-verification=dbpgreeqailirhyinpatpewbtegyca") == "004");
  CHECK(codes("") == "004");
}
