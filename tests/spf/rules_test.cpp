#include <support/catch.hpp>

#include <envelint/spf/rules.hpp>

#include <map>
#include <string>
#include <vector>

using namespace envelint;
using finding::Code;
using finding::Finding;

namespace {

std::vector<Finding> findings(std::string_view text) {
  finding::Findings out;
  spf::check(spf::parse(text), out);
  return std::move(out).take();
}

std::string codes(std::string_view text) {
  std::string out;
  for (const Finding& finding : findings(text)) {
    out.append(out.empty() ? "" : " ").append(finding::entry(finding.code).id);
  }
  return out;
}

std::string fixed(std::string_view text, Code code) {
  for (const Finding& finding : findings(text)) {
    if (finding.code == code && finding.fix) return finding::apply(text, finding.fix->edits);
  }
  return "no fix";
}

}  // namespace

TEST_CASE("a good record draws nothing", "[spf][rules]") {
  CHECK(codes("v=spf1 -all") == "");
  CHECK(codes("v=spf1 ip4:192.95.20.0/24 mx include:_spf.google.com -all") == "");
  CHECK(codes("v=spf1 redirect=_spf.example.com") == "");
  CHECK(codes("v=spf1 exists:%{ir}.sbl.example.org -all") == "");
}

TEST_CASE("one slip of the hand is one finding", "[spf][rules]") {
  CHECK(codes("v=spf1 ip4: 192.95.20.4 -all") == "SPF022");
  CHECK(codes("v=spf1 include: spf.example.com -all") == "SPF022");
  CHECK(codes("v=spf1 include:_spf.example.com - all") == "SPF022");
  CHECK(codes("v=spf1 ip4:192.95.20.4~all") == "SPF023");
  CHECK(codes("v=spf1 mx-all") == "SPF023");
  CHECK(codes("v=spf1 a, mx, -all") == "SPF024 SPF024");
  CHECK(codes("v=spf1 a,mx,-all") == "SPF024");
  CHECK(codes("v=spf1 ip4:192.95.20.4; -all") == "SPF024");
  CHECK(codes("v=spf1 a\tmx -all") == "SPF025");
  CHECK(codes("v=spf1 ip4:\t\n192.95.20.4 -all") == "SPF022");
  CHECK(codes("v=spf1 ipv4:192.95.20.4 -all") == "SPF020");
  CHECK(codes("v=spf1 mx -al") == "SPF020");
  CHECK(codes("v=spf1 178.23.174.0/27 -all") == "SPF020");
  CHECK(codes("v=spf1 redirect:_spf.example.com") == "SPF021");
  CHECK(codes("v=spf1 redirect: _spf.example.com") == "SPF021");
  CHECK(codes("v=spf1 include=_spf.example.com -all") == "SPF021");
  CHECK(codes("v=spf1 ip4:192.95.20 -all") == "SPF026");
  CHECK(codes("v=spf1 ip4:ip4:67.43.235.202 -all") == "SPF026");
  CHECK(codes("v=spf1 ip6:2600:db8 -all") == "SPF027");
  CHECK(codes("v=spf1 ip4:2600:db8::1 -all") == "SPF028");
  CHECK(codes("v=spf1 ip4:192.95.20.4/33 -all") == "SPF029");
  CHECK(codes("v=spf1 ip4:192.95.20.0/255.255.255.0 -all") == "SPF030");
  CHECK(codes("v=spf1 a/24/64 -all") == "SPF031");
  CHECK(codes("v=spf1 a: -all") == "SPF032");
  CHECK(codes("v=spf1 include: mx -all") == "SPF032");
  CHECK(codes("v=spf1 include:localhost -all") == "SPF033");
  CHECK(codes("v=spf1 include:62.251.87.3 -all") == "SPF033");
  CHECK(codes("v=spf1 a:https://www.example.com -all") == "SPF034");
  CHECK(codes("v=spf1 include:postmaster@example.com -all") == "SPF034");
  CHECK(codes("v=spf1 exists:%{z}.example.com -all") == "SPF036");
  CHECK(codes("v=spf1 exists:%{d.example.com -all") == "SPF037");
  CHECK(codes("v=spf1 redirect=a.example.com redirect=b.example.com") == "SPF041");
  CHECK(codes("v=spf1 --all") == "SPF043");
  CHECK(codes("v=spf1 -all.") == "SPF044");
}

TEST_CASE("the version is recognised in the ways people miss it", "[spf][rules]") {
  CHECK(codes("v=spf10 -all") == "SPF004");
  CHECK(codes("v=spf1; -all") == "SPF004");
  CHECK(codes("v=spf 1 -all") == "SPF004");
  CHECK(codes("spf1 -all") == "SPF004");
  CHECK(codes("v=spf2 -all") == "SPF004");
  CHECK(codes("v=spf1include:_spf.google.com -all") == "SPF004");
  CHECK(codes("example.com. IN TXT v=spf1 -all") == "SPF004");
  CHECK(codes(" v=spf1 -all") == "SPF005");
  CHECK(codes("\"v=spf1 -all\"") == "SPF005");
  CHECK(codes("v=spf1\tmx -all") == "SPF025");
}

TEST_CASE("what a record says and should not", "[spf][rules]") {
  CHECK(codes("v=spf1 mx +all") == "SPF060");
  CHECK(codes("v=spf1 mx all") == "SPF060");
  CHECK(codes("v=spf1 mx ?all") == "SPF061");
  CHECK(codes("v=spf1 mx ~all") == "SPF062");
  CHECK(codes("v=spf1 mx") == "SPF063");
  CHECK(codes("v=spf1 -all mx") == "SPF064");
  CHECK(codes("v=spf1 -all redirect=_spf.example.com") == "SPF065");
  CHECK(codes("v=spf1 ptr -all") == "SPF066");
  CHECK(codes("v=spf1 mx a mx -all") == "SPF067");
  CHECK(codes("v=spf1 mx a mx a mx -all") == "SPF067 SPF067");
  CHECK(codes("v=spf1 ip4:192.95.0.0/16 ip4:192.95.20.4 -all") == "SPF068");
  CHECK(codes("v=spf1 ip4:192.95.0.0/16 -ip4:192.95.20.4 -all") == "SPF069");
  CHECK(codes("v=spf1 ip4:0.0.0.0/1 -all") == "SPF070");
  CHECK(codes("v=spf1 a/0 -all") == "SPF070");
  CHECK(codes("v=spf1 ip4:10.1.2.3 -all") == "SPF071");
  CHECK(codes("v=spf1 ip4:192.95.20.4/24 -all") == "SPF072");
  CHECK(codes("v=spf1 ip4:192.95.20.4/32 -all") == "SPF073");
  CHECK(codes("v=spf1 ip6:::ffff:192.95.20.4 -all") == "SPF075");
  CHECK(codes("v=spf1 mx ip4:192.95.20.4 -all") == "SPF076");
  CHECK(codes("v=spf1 exists:example.com -all") == "SPF078");
  CHECK(codes("v=spf1 include:spf.google.com -all") == "SPF080");
  CHECK(codes("v=spf1 mx  -all") == "SPF047");
  CHECK(codes("v=spf1 mx MS=ms123 -all") == "SPF045");
  CHECK(codes("v=spf1 exists:%{p}.example.com -all") == "SPF039");
  CHECK(codes("v=spf1 exists:%{l}.example.com -all") == "SPF040");
}

TEST_CASE("many faults of one record are all found", "[spf][rules]") {
  CHECK(codes("v=spf1 ipv4:1.2.3.4 include: x.example ip4:300.1.1.1 mx, +all ptr") ==
        "SPF020 SPF022 SPF026 SPF024 SPF060 SPF064");
}

TEST_CASE("a fix takes its finding away and leaves the rest as it was", "[spf][rules]") {
  CHECK(fixed("v=spf1 ip4: 192.95.20.4 -all", Code::spf_space_inside_term) == "v=spf1 ip4:192.95.20.4 -all");
  CHECK(fixed("v=spf1 +a+mx~all", Code::spf_glued_terms) == "v=spf1 +a +mx ~all");
  CHECK(fixed("v=spf1 a,mx,-all", Code::spf_wrong_term_separator) == "v=spf1 a mx -all");
  CHECK(fixed("v=spf1 ipv4:192.95.20.4 -all", Code::spf_unknown_mechanism) == "v=spf1 ip4:192.95.20.4 -all");
  CHECK(fixed("example.com. TXT v=spf1 -all", Code::spf_version_near_miss) == "v=spf1 -all");
  CHECK(fixed("v=spf1include:x.example.com -all", Code::spf_version_near_miss) == "v=spf1 include:x.example.com -all");
  CHECK(fixed("\"v=spf1 -all\"", Code::spf_leading_junk) == "v=spf1 -all");
  CHECK(fixed("v=spf1 mx ip4:192.95.20.4 -all", Code::spf_address_terms_last) == "v=spf1 ip4:192.95.20.4 mx -all");
  CHECK(fixed("v=spf1 -all mx a", Code::spf_term_after_all) == "v=spf1 -all");
}

TEST_CASE("no fix brings its own finding back", "[spf][rules]") {
  for (const char* text : {"v=spf10 -all",
                           "v=spf1; -all",
                           "v=spf 1 -all",
                           "spf1 -all",
                           " v=spf1 -all",
                           "v=spf1 ipv4:1.2.3.4 -all",
                           "v=spf1 ip4:1.2.3.4~all",
                           "v=spf1 a,mx,-all",
                           "v=spf1 a\tmx -all",
                           "v=spf1 ip4:192.95.20.0/08 -all",
                           "v=spf1 +redirect=x.example",
                           "v=spf1 -all:x",
                           "v=spf1 -all mx",
                           "v=spf1 -all redirect=x.example",
                           "v=spf1 ptr -all",
                           "v=spf1 a a -all",
                           "v=spf1 ip4:192.95.0.0/16 ip4:192.95.20.4 -all",
                           "v=spf1 ip4:192.95.20.4/24 -all",
                           "v=spf1 MX  A -all ",
                           "v=spf1 mx a ip4:1.2.3.4 ip6:2600::1 -all",
                           "v=spf1 a/24/64 -all",
                           "v=spf1 all",
                           "v=spf1 mx",
                           "v=spf1 a:http://x.example/ -all"}) {
    for (const Finding& finding : findings(text)) {
      if (!finding.fix) continue;
      const std::string mended = finding::apply(text, finding.fix->edits);
      CAPTURE(text, mended, finding.message);
      for (const Finding& left : findings(mended)) CHECK(left.code != finding.code);
    }
  }
}

TEST_CASE("ten thousand equal terms are judged in bounded time", "[spf][rules]") {
  std::string text = "v=spf1";
  for (int i = 0; i < 10'000; ++i) text += " ip4:192.95.20.4";
  CHECK(findings(text + " -all").size() <= 10'001);
}
