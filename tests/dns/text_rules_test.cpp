#include <support/catch.hpp>
#include <support/findings.hpp>

#include <envelint/dns/string_joins.hpp>
#include <envelint/dns/text_rules.hpp>

#include <string>
#include <vector>

using namespace envelint;
using finding::Findings;
using Lines = std::vector<std::string>;
using Strings = std::vector<std::string>;

namespace {

Findings lint(const dns::Text& text, const dns::TextOptions& options = {}) {
  Findings out;
  dns::check_text(text, out, options);
  return out;
}

Lines found(std::string_view value, const dns::TextOptions& options = {}) {
  return test::shown(value, lint(dns::Text(std::string(value)), options));
}

std::string mended(std::string_view value) { return test::mended(value, lint(dns::Text(std::string(value)))); }

Lines found_in(const Strings& strings) {
  const dns::Text text(strings);
  return test::shown(text.joined(), lint(text));
}

}  // namespace

TEST_CASE("values as they should be have no findings", "[dns][text_rules]") {
  for (const std::string_view value :
       {"v=spf1 include:_spf.example.com a:%{i}._x.example.com exists:%{ir}.%{v}%_.example.com -all",
        "v=DMARC1; p=reject; rua=mailto:a%2Cb@example.com!10m, mailto:c+d@example.com",
        "v=DKIM1; k=rsa; n=\"hello\" world; p=MIGf+MA0/GCSq==", "v=spf1 +mx +a -all", ""}) {
    INFO(value);
    CHECK(found(value).empty());
  }
}

TEST_CASE("two terms that meet at a join lack a space", "[dns][text_rules]") {
  CHECK(found_in({"v=spf1 a", "mx -all"}) == Lines{"DNS010 \"amx\""});
  CHECK(found_in({"v=spf1 ip4:192.0.2.1", "-all"}) == Lines{"DNS010 \"ip4:192.0.2.1-all\""});
  CHECK(found_in({"v=spf1 a:mail.example.com", "-all"}) == Lines{"DNS010 \"a:mail.example.com-all\""});
  CHECK(found_in({"v=spf1", "mx -all"}) == Lines{"DNS010 \"v=spf1mx\""});
  CHECK(found_in({"v=spf1 include:a.example.com", "include:b.example.com -all"}).size() == 1);
  CHECK(found_in({"v=spf1 ip6:2001:db8::1", "a:b.example.com -all"}).size() == 1);
  CHECK(found_in({"v=spf1 mx", "redirect=b.example.com"}).size() == 1);
  CHECK(found_in({"v=spf1 a", "mx", "-all"}) == Lines{"DNS010 \"amx-all\""});
  const dns::Text text(Strings{"v=spf1 a", "mx", "-all"});
  CHECK(test::mended(text.joined(), lint(text)) == "v=spf1 a mx -all");
}

TEST_CASE("a split inside a word is as it should be", "[dns][text_rules]") {
  CHECK(found_in({"v=spf1 ip4:192.0", ".2.1 -all"}).empty());
  CHECK(found_in({"v=spf1 ip4:192.0.2.1", "0 -all"}).empty());
  CHECK(found_in({"v=spf1 ip4:192.0.2.0/2", "4 -all"}).empty());
  CHECK(found_in({"v=spf1 ip6:2001:db8::", "a -all"}).empty());
  CHECK(found_in({"v=spf1 include:_spf.exam", "ple.com -all"}).empty());
  CHECK(found_in({"v=spf1 include:spf", "-a.example.com -all"}).empty());
  CHECK(found_in({"v=spf1 mx ", "-all"}).empty());
  CHECK(found_in({"v=spf1 mx", " -all"}).empty());
  CHECK(found_in({"v=spf1 m", "x -all"}).empty());
  CHECK(found_in({"v=spf1 exists:%{i", "}.example.com -all"}).empty());
  CHECK(found_in({"v=DKIM1; p=abc", "a"}).empty());
}

TEST_CASE("quotes around the value are one finding", "[dns][text_rules]") {
  CHECK(found("\"v=spf1 -all\"") == Lines{"DNS012 \"\"\""});
  CHECK(mended("\"v=spf1 -all\"") == "v=spf1 -all");
  CHECK(mended("v=spf1 -all\"") == "v=spf1 -all");
  CHECK(mended("\"v=DKIM1; p=AAAA\" \"BBBB\"") == "v=DKIM1; p=AAAABBBB");
  CHECK(found("v=DMARC1; p=\"reject\"").empty());
  CHECK(found("\"v=spf1 -all\"", {.edges = false}).empty());
}

TEST_CASE("zone-file escapes are undone", "[dns][text_rules]") {
  CHECK(found("v=DMARC1\\; p=none\\; rua=mailto:a@example.com") == Lines{"DNS013 \"\\;\""});
  CHECK(mended("v=DMARC1\\; p=none\\;") == "v=DMARC1; p=none;");
  CHECK(mended("v=STSv1;\\040id=1") == "v=STSv1; id=1");
  CHECK(mended("v=STSv1\\059\\032id=1") == "v=STSv1; id=1");
  CHECK(mended("v=DMARC1\\\\; p=none") == "v=DMARC1; p=none");
  CHECK(mended("v=spf1 -all\\") == "v=spf1 -all");
}

TEST_CASE("characters outside ASCII are named and replaced", "[dns][text_rules]") {
  CHECK(found("v=spf1\xC2\xA0mx -all") == Lines{"DNS014 \"\xC2\xA0\""});
  CHECK(lint(dns::Text("v=spf1\xC2\xA0mx")).items().front().message.find("U+00A0 NO-BREAK SPACE") != std::string::npos);
  CHECK(mended("v=spf1\xC2\xA0mx -all") == "v=spf1 mx -all");
  CHECK(mended("v=spf1 mx \xE2\x80\x93"
               "all") == "v=spf1 mx -all");
  CHECK(mended("\xEF\xBB\xBFv=spf1 -all") == "v=spf1 -all");
  CHECK(mended("\xE2\x80\x9Cv=spf1 -all\xE2\x80\x9D") == "v=spf1 -all");
  CHECK(mended("v=DMARC1\xEF\xBC\x9B p=none") == "v=DMARC1; p=none");
  CHECK(mended("v=spf1 mx \x96"
               "all") == "v=spf1 mx -all");
  CHECK(mended("v=spf1 mx -all\xC2\xA0") == "v=spf1 mx -all");
  CHECK(mended("v=spf1 a:b\xC3\xBC"
               "cher.example -all") == "v=spf1 a:xn--bcher-kva.example -all");
  CHECK_FALSE(lint(dns::Text("v=spf1 caf\xC3\xA9 -all")).items().front().fix);
}

TEST_CASE("one run of such octets is one finding, and a flood is cut off", "[dns][text_rules]") {
  CHECK(found("v=spf1 \xE2\x80\x8B\xE2\x80\x8B-all").size() == 1);
  std::string flood;
  for (int i = 0; i < 1000; ++i) flood += "\xC2\xA0.";
  CHECK(found(flood).size() == 16);
}

TEST_CASE("stray white space is found by its place", "[dns][text_rules]") {
  CHECK(found(" v=spf1 -all") == Lines{"DNS015 \" \""});
  CHECK(found("v=spf1 -all \n") == Lines{"DNS015 \" \n\""});
  CHECK(found("v=spf1\tmx\r\n-all") == Lines{"DNS015 \"\t\""});
  CHECK(mended(" v=spf1\tmx\r\n-all ") == "v=spf1 mx -all");
  CHECK(found(" v=spf1\tmx", {.edges = false, .inner_space = false}).empty());
  CHECK(found("  ") == Lines{"DNS015 \"  \""});
  CHECK(lint(dns::Text(" v=x"), {.version_must_lead = true}).items().front().severity == finding::Severity::error);
}

TEST_CASE("escapes of other media are undone", "[dns][text_rules]") {
  CHECK(found("v=spf1+mx+-all") == Lines{"DNS033 \"+\""});
  CHECK(mended("v=spf1+mx+-all") == "v=spf1 mx -all");
  CHECK(mended("v=DMARC1%3B%20p=none%3B%20rua=mailto:a%40example.com") == "v=DMARC1; p=none; rua=mailto:a@example.com");
  CHECK(mended("v%3Dspf1%20-all") == "v=spf1 -all");
  CHECK(mended("v=DMARC1; p=none; rua=https://example.com/?a&amp;b") ==
        "v=DMARC1; p=none; rua=https://example.com/?a&b");
  CHECK(mended("&quot;v=spf1 -all&quot;") == "v=spf1 -all");
  CHECK(mended("\\\"v=spf1 -all\\\"") == "v=spf1 -all");
  CHECK(mended("v=3Dspf1 exp=3Dx.example.com") == "v=spf1 exp=x.example.com");
}

TEST_CASE("after the fixes the findings are gone, and no two fixes touch", "[dns][text_rules]") {
  for (const std::string_view value : {" \"v=spf1\xC2\xA0mx\t-all\" ", "\\\"v=DMARC1\\; p=none\\\"",
                                       "\xEF\xBB\xBF\"v=spf1 \xE2\x80\x93"
                                       "all\"",
                                       "v=spf1%20mx%20-all", "\"v=DKIM1\\; p=AA\" \"BB\"", "v=spf1 -all\xC2\xA0\n",
                                       "&quot;v=spf1&nbsp;-all&quot;\n", "'v=spf1 -all'"}) {
    INFO(value);
    CHECK_FALSE(test::fixes_overlap(lint(dns::Text(std::string(value)))));
    const std::string once = mended(value);
    INFO(once);
    CHECK(found(mended(once)).empty());
  }
}

TEST_CASE("a name in its own letters is offered in the letters of DNS", "[dns][text_rules]") {
  CHECK(found_in({"v=spf1 a:mail.b\xC3\xBC"
                  "cher.example -all"}) == Lines{"DNS029 \"mail.b\xC3\xBC"
                                                 "cher.example\""});
  CHECK(found_in({"v=spf1 caf\xC3\xA9 -all"}) == Lines{"DNS014 \"\xC3\xA9\""});
}

TEST_CASE("hostile values cost little and find little", "[dns][text_rules]") {
  const Strings ones(65'000, "a");
  CHECK(found_in(ones).empty());
  Strings spf{"v=spf1 "};
  spf.insert(spf.end(), 60'000, "a");
  CHECK_FALSE(found_in(spf).empty());
  CHECK(found(std::string(65'000, '\\')).size() == 1);
  CHECK(found(std::string(65'000, '"')).size() <= 1);
  CHECK(found(std::string(65'000, '\t')).size() == 1);
}
