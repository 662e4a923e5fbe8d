#include <support/catch.hpp>
#include <support/findings.hpp>

#include <envelint/mta_sts/record.hpp>
#include <envelint/mta_sts/rules.hpp>

#include <string>
#include <vector>

using namespace envelint;
using finding::Findings;
using Lines = std::vector<std::string>;

namespace {

Findings lint(std::string_view value) {
  Findings out;
  mta_sts::check_value(dns::Text(std::string(value)), out);
  return out;
}

Lines found(std::string_view value) { return test::shown(value, lint(value)); }
std::string mended(std::string_view value) { return test::mended(value, lint(value)); }

}  // namespace

TEST_CASE("records as they are published every day have no findings", "[mta_sts]") {
  for (const std::string_view value : {"v=STSv1; id=20240101", "v=STSv1;id=a", "v=STSv1; id=20160831085700Z;",
                                       "v=STSv1;  id=1 ;", "v=STSv1; id=61658d49bbc2aee51b11cebf1d37ae83"}) {
    INFO(value);
    CHECK(mta_sts::parse(value).valid());
    CHECK(found(value).empty());
  }
}

TEST_CASE("a version that differs in one letter is an error with a safe fix", "[mta_sts]") {
  CHECK(found("v=stsv1; id=1") == Lines{"STS003 \"v=stsv1\""});
  CHECK(mended("v=stsv1; id=1") == "v=STSv1; id=1");
  CHECK(mended("V = STSv1; id=1") == "v=STSv1; id=1");
  CHECK(mended("v=STSv2; id=1") == "v=STSv1; id=1");
  CHECK(mended("STSv1; id=1") == "v=STSv1; id=1");
  CHECK_FALSE(mta_sts::parse("v=stsv1; id=1").valid());
}

TEST_CASE("the record of another protocol is named and not rewritten", "[mta_sts]") {
  CHECK(found("v=spf1 -all").front() == "STS003 \"v=spf1\"");
  CHECK_FALSE(lint("v=DMARC1; p=none").items().front().fix);
}

TEST_CASE("a missing semicolon behind the version is put there", "[mta_sts]") {
  CHECK(found("v=STSv1 id=1") == Lines{"STS003 \"v=STSv1 \""});
  CHECK(mended("v=STSv1 id=1") == "v=STSv1; id=1");
  CHECK(mended("v=STSv1, id=1") == "v=STSv1; id=1");
  CHECK(mended("v=STSv1id=1") == "v=STSv1; id=1");
}

TEST_CASE("a space before the first semicolon is a warning about a valid record", "[mta_sts]") {
  CHECK(mta_sts::parse("v=STSv1 ; id=1").valid());
  CHECK(lint("v=STSv1 ; id=1").items().front().severity == finding::Severity::warning);
  CHECK(mended("v=STSv1 ; id=1") == "v=STSv1; id=1");
}

TEST_CASE("the owner name in the value is said to be one", "[mta_sts]") {
  const std::string_view value = "_mta-sts v=STSv1; id=1";
  CHECK(found(value) == Lines{"STS003 \"_mta-sts \""});
  CHECK(lint(value).items().front().message.find("the name of the record") != std::string::npos);
  CHECK(mended(value) == "v=STSv1; id=1");
  CHECK(mended("_mta-sts.example.com. IN TXT \"v=STSv1; id=1\"") == "v=STSv1; id=1");
}

TEST_CASE("a version in a later place is moved to the front", "[mta_sts]") {
  CHECK(mended("id=1; v=STSv1;") == "v=STSv1; id=1;");
  CHECK(mended("id=1") == "v=STSv1; id=1");
}

TEST_CASE("a text that is no MTA-STS record has one finding", "[mta_sts]") {
  CHECK(found("google-site-verification=abc") == Lines{"STS003 \"google-site-verification=abc\""});
  CHECK(found("") == Lines{"STS003 \"\""});
}

TEST_CASE("a record without id has one finding", "[mta_sts]") {
  CHECK(found("v=STSv1") == Lines{"STS004 \"\""});
  CHECK(found("v=STSv1;") == Lines{"STS004 \"\""});
  CHECK(found("v=STSv1; ID=1") == Lines{"STS004 \"ID\""});
  CHECK(mended("v=STSv1; ID=1") == "v=STSv1; id=1");
  CHECK(found("v=STSv1; 20240101") == Lines{"STS006 \"20240101\""});
  CHECK(mended("v=STSv1; 20240101") == "v=STSv1; id=20240101");
  CHECK(mended("v=STSv1; id:20240101") == "v=STSv1; id=20240101");
}

TEST_CASE("an id keeps its letters and digits", "[mta_sts]") {
  CHECK(found("v=STSv1; id=2024-01-01") == Lines{"STS005 \"2024-01-01\""});
  CHECK(mended("v=STSv1; id=2024-01-01T10:00:00Z") == "v=STSv1; id=20240101T100000Z");
  CHECK(mended("v=STSv1; id=\"20240101\"") == "v=STSv1; id=20240101");
  CHECK(found("v=STSv1; id=") == Lines{"STS005 \"id=\""});
  const std::string long_id(33, '1');
  CHECK_FALSE(mta_sts::parse("v=STSv1; id=" + long_id).valid());
  CHECK(mta_sts::parse(mended("v=STSv1; id=" + long_id)).valid());
}

TEST_CASE("fields that break the grammar are errors, unknown ones are not", "[mta_sts]") {
  CHECK(found("v=STSv1; id=1; foo") == Lines{"STS006 \"foo\""});
  CHECK(found("v=STSv1;; id=1") == Lines{"STS006 \";\""});
  CHECK(found("v=STSv1; id = 1") == Lines{"STS006 \"id = 1\""});
  CHECK(found("v=STSv1; id=1; a=b=c") == Lines{"STS006 \"=\""});
  CHECK(found("v=STSv1; id=1; id=2") == Lines{"STS006 \"id=2\""});
  CHECK(found("v=STSv1; id=1; foo=bar") == Lines{"STS007 \"foo=bar\""});
  CHECK(lint("v=STSv1; id=1; mode=enforce").items().front().severity == finding::Severity::warning);
}

TEST_CASE("what the DNS rules report is not reported twice", "[mta_sts]") {
  CHECK(found("\"v=STSv1; id=1\"") == Lines{"DNS012 \"\"\""});
  CHECK(found("v=STSv1\\; id=1") == Lines{"DNS013 \"\\;\""});
  CHECK(found("v=STSv1;\\040id=1") == Lines{"DNS013 \"\\040\""});
  CHECK(found(" v=STSv1; id=1") == Lines{"DNS015 \" \""});
  CHECK(found("v=STSv1;\xC2\xA0id=1") == Lines{"DNS014 \"\xC2\xA0\""});
  CHECK(found("v=STSv1%3B%20id=1") == Lines{"DNS033 \"%3B\""});
  CHECK(lint(" v=STSv1; id=1").items().front().severity == finding::Severity::error);
}

TEST_CASE("after the fixes a record has no errors, and no two fixes touch", "[mta_sts]") {
  for (const std::string_view value :
       {"v=stsv1; id=1", "v=STSv1 id=2024-01-01", "_mta-sts v=STSv1; id=a-b", "\"v=STSv1\\; id=2-3\"",
        "v=STSv1;\\040id=1", "id=1; v=STSv1", "v=STSv1%3B%20id=1", " v=stsv1 ; id = 1;; foo ", "v=STSv1",
        "\xEF\xBB\xBFv=STSv1;\xC2\xA0id=1", "v=STSv1;\n id=1", "&quot;v=STSv1; id=1&quot;", "v=STSv1; id=1; id=2",
        "v=3DSTSv1; id=3D1"}) {
    INFO(value);
    const Findings first = lint(value);
    CHECK_FALSE(test::fixes_overlap(first));
    const std::string once = test::mended(value, first);
    INFO(once);
    std::string last = once;
    for (int i = 0; i < 3; ++i) last = mended(last);
    CHECK(mta_sts::parse(last).valid());
    const Findings left = lint(last);
    for (const finding::Finding& finding : left.items()) CHECK(finding.severity < finding::Severity::warning);
  }
}

TEST_CASE("every record that is not valid has an error", "[mta_sts]") {
  for (const std::string_view value :
       {"", " ", "\"", "v=STSv1", "v=STSv1;;", "v=STSv1; id=\xC3\xA4", "v=STSv1+id", "v=STSv1; =1", "v=STSv1; id=1\\",
        "v=STSv1; id=1; v=STSv1", "v=STSv1; id=1\r\n"}) {
    INFO(value);
    const bool valid = mta_sts::parse(value).valid();
    CHECK_FALSE(valid);
    CHECK_FALSE(lint(value).items().empty());
  }
}

TEST_CASE("a printed record reads back as it was", "[mta_sts]") {
  for (const std::string_view value : {"v=STSv1; id=1", "v=STSv1 ;id=1;a.b=c;", "V=STSV1; id=x-y", "id=1"}) {
    INFO(value);
    const std::string printed = mta_sts::print(value, mta_sts::parse(value));
    CHECK(mta_sts::print(printed, mta_sts::parse(printed)) == printed);
    if (mta_sts::parse(value).valid()) CHECK(mta_sts::parse(printed).valid());
  }
}
