#include <support/catch.hpp>

#include <envelint/dns/zone_rules.hpp>
#include <envelint/finding/page.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace envelint::dns;
using envelint::finding::Code;
using envelint::finding::FileEdit;
using envelint::finding::Finding;
using envelint::finding::Findings;
using envelint::text::Span;

namespace {

Zone read(std::string content) {
  return read_zone({"test.zone", std::move(content), {}}, {*Name::parse("example.com."), {}});
}

std::vector<Finding> check(const Zone& zone) {
  Findings out;
  check_zone(zone, out);
  return std::move(out).take();
}

std::vector<Finding> check(const std::string& content) { return check(read(content)); }

std::string id(const Finding& finding) { return std::string(envelint::finding::entry(finding.code).id); }

/// "CODE underlined: message" of the one finding there is.
std::string finding_of(const std::string& content) {
  const Zone zone = read(content);
  const auto findings = check(zone);
  if (findings.size() != 1) return std::to_string(findings.size()) + " findings";
  const Finding& finding = findings[0];
  const Span span = finding.place->span;
  return id(finding) + " " + content.substr(span.start, span.size()) + ": " + finding.message;
}

std::string fixed(std::string content, bool safe_only = true) {
  std::vector<FileEdit> edits;
  for (const Finding& finding : check(content)) {
    if (!finding.file_fix || (safe_only && !finding.file_fix->safe)) continue;
    edits.insert(edits.end(), finding.file_fix->edits.begin(), finding.file_fix->edits.end());
  }
  std::ranges::sort(edits, std::greater{}, [](const FileEdit& edit) { return edit.span.start; });
  for (const FileEdit& edit : edits) content.replace(edit.span.start, edit.span.size(), edit.text);
  return content;
}

// -- the examples of the pages

using Expectation = std::tuple<std::string, std::uint32_t, std::uint32_t>;  // code, place in the zone

std::set<Expectation> expected(const std::string& zone) {
  std::set<Expectation> out;
  std::size_t line = 0;
  std::size_t above = 0;
  while (line < zone.size()) {
    const std::size_t end = zone.find('\n', line);
    const std::size_t first = zone.find_first_not_of(' ', line + 1);
    const bool carets = zone[line] == ';' && first != std::string::npos && (zone[first] == '^' || zone[first] == '|');
    if (carets) {
      const std::size_t last = zone.find_first_not_of('^', first);
      const std::size_t stop = zone[first] == '|' ? first : last;
      const auto start = static_cast<std::uint32_t>(above + first - line);
      out.emplace(zone.substr(zone.find(' ', first) + 1, end - zone.find(' ', first) - 1), start,
                  start + static_cast<std::uint32_t>(stop - first));
    } else {
      above = line;
    }
    line = end + 1;
  }
  return out;
}

std::set<Expectation> found(const std::string& zone) {
  std::set<Expectation> out;
  for (const Finding& finding : check(zone)) {
    out.emplace(id(finding), finding.place->span.start, finding.place->span.end);
  }
  return out;
}

std::vector<std::filesystem::path> pages() {
  const char* source = std::getenv("ENVELINT_SOURCE_DIR");
  const std::filesystem::path records = std::filesystem::path(source == nullptr ? "." : source) / "records";
  std::vector<std::filesystem::path> out;
  for (const auto& item : std::filesystem::directory_iterator(records / "zone")) out.push_back(item.path());
  for (const char* code : {"006", "009", "016", "021", "022", "026", "028", "032"}) {
    out.push_back(records / "dns" / ("DNS" + std::string(code) + ".md"));
  }
  return out;
}

}  // namespace

TEST_CASE("the examples of the pages draw what they say", "[dns][zone_rules]") {
  std::size_t examples = 0;
  for (const auto& path : pages()) {
    std::ifstream in(path);
    const auto page = envelint::finding::read_page(std::string{std::istreambuf_iterator<char>(in), {}});
    INFO(path);
    REQUIRE(page);
    for (const auto& example : page->examples) {
      INFO(example.zone);
      CHECK(found(example.zone) == expected(example.zone));
      CHECK(example.bad != expected(example.zone).empty());
      const std::string mended = fixed(example.zone);
      if (page->fix == "safe" && example.bad && mended != example.zone) CHECK(found(mended).empty());
      ++examples;
    }
  }
  CHECK(examples >= 34);
}

TEST_CASE("a long string is divided without touching its bytes", "[dns][zone_rules]") {
  const std::string content = "a TXT \"" + std::string(250, 'x') + "\\\"\\065\\;yyyy" + std::string(300, 'z') + "\"\n";
  const std::string mended = fixed(content);
  CHECK(check(mended).empty());
  const auto text = [](const Zone& zone) { return std::get<Text>(zone.records.at(0).record.data); };
  CHECK(text(read(mended)).joined() == text(read(content)).joined());
  CHECK(text(read(mended)).joins() == std::vector<std::uint32_t>{255, 510});
  const auto findings = check(content);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].span == Span{255, 557});
  CHECK(findings[0].record == 0);
  CHECK(check(fixed("a TXT " + std::string(600, 'x') + "\n")).empty());
}

TEST_CASE("a text cut off by a semicolon is put in quotes", "[dns][zone_rules]") {
  CHECK(fixed("k._domainkey 300 IN TXT v=DKIM1; k=rsa;  p=abc  \nx A 192.0.2.1\n") ==
        "k._domainkey 300 IN TXT \"v=DKIM1; k=rsa;  p=abc\"  \nx A 192.0.2.1\n");
  SECTION("in strings of at most 255 octets") {
    const std::string key(600, 'A');
    const std::string mended = fixed("k TXT v=DKIM1; p=" + key + "\n");
    CHECK(check(mended).empty());
    CHECK(std::get<Text>(read(mended).records[0].record.data).joined() == "v=DKIM1; p=" + key);
  }
  SECTION("only when it is a tag list for certain") {
    const std::string content = "k TXT hello;world\n";
    CHECK(fixed(content) == content);
    CHECK(fixed(content, false) == "k TXT \"hello;world\"\n");
  }
  SECTION("not when its end cannot be told") {
    for (const std::string content : {"k TXT ( v=DKIM1; k=rsa\n p=abc )\n", "k TXT v=DKIM1; n=\"x\"\n"}) {
      CHECK(fixed(content, false) == content);
      CHECK(check(content).size() == 1);
    }
  }
}

TEST_CASE("a name that was completed although it was whole gets its dot", "[dns][zone_rules]") {
  CHECK(finding_of("_dmarc.Example.com TXT x\n") ==
        "DNS021 Example.com: `_dmarc.Example.com` is read as `_dmarc.Example.com.example.com.`");
  CHECK(fixed("_dmarc.example.com TXT x\n") == "_dmarc.example.com. TXT x\n");
  CHECK(fixed("@ MX 10 mail.example.com\n") == "@ MX 10 mail.example.com.\n");
  CHECK(fixed("@ NS ns.example.com\n") == "@ NS ns.example.com.\n");
  CHECK(finding_of("a.example.com.example.com. TXT x\n").starts_with("DNS021 example.com.: "));
  CHECK(check("example.com._report._dmarc TXT x\n").empty());
  CHECK(check("$ORIGIN com.\ncom.com. TXT x\n").empty());
}

TEST_CASE("a CNAME stands alone, but for what DNSSEC adds", "[dns][zone_rules]") {
  CHECK(finding_of("a CNAME b\na TXT x\na MX 1 b\n") ==
        "DNS006 CNAME: `a.example.com` is a CNAME and has MX and TXT records as well");
  CHECK(finding_of("a CNAME b\na CNAME c\n") == "DNS006 CNAME: `a.example.com` has more than one CNAME record");
  CHECK(check("a CNAME b\na NSEC b CNAME\n").empty());
  CHECK(finding_of("a CNAME b\nA CNAME B\n").starts_with("DNS026 CNAME B: the record stands in line 1 already"));
}

TEST_CASE("a duplicate is deleted where nothing hangs on it", "[dns][zone_rules]") {
  CHECK(fixed("$TTL 1h\na A 192.0.2.1\na A ( 192.0.2.1\n ) ; again\nb A 192.0.2.2\n") ==
        "$TTL 1h\na A 192.0.2.1\nb A 192.0.2.2\n");
  CHECK(fixed("$TTL 1h\na A 192.0.2.1\n  A 192.0.2.1") == "$TTL 1h\na A 192.0.2.1\n");
  for (const std::string content : {"$TTL 1h\na A 192.0.2.1\nb TXT x\na A 192.0.2.1\n  TXT x\n",
                                    "a 5 A 192.0.2.1\na 7 A 192.0.2.1\nb A 192.0.2.2\n"}) {
    CHECK(fixed(content) == content);
    CHECK(check(content).size() == 1);
  }
  CHECK(check("a TXT x\na TXT X\n").empty());
}

TEST_CASE("one TTL is written for all records of a name and type", "[dns][zone_rules]") {
  CHECK(fixed("$TTL 1h\na A 192.0.2.1\na 300 A 192.0.2.2\na IN 2h A 192.0.2.3\n") ==
        "$TTL 1h\na 300 A 192.0.2.1\na 300 A 192.0.2.2\na IN 300 A 192.0.2.3\n");
  const std::string inherited = "a 600 A 192.0.2.1\na 300 A 192.0.2.2\nb A 192.0.2.3\n";
  CHECK(fixed(inherited) == inherited);
  CHECK(check("a 300 A 192.0.2.1\na 600 TXT x\n").empty());
}

TEST_CASE("a record outside the zone is told, once a name", "[dns][zone_rules]") {
  const std::string soa = "@ SOA ns host 1 2 3 4 5\n";
  CHECK(finding_of(soa + "www.example.net. A 192.0.2.1\nwww.example.net. TXT x\n") ==
        "ZONE008 example.net.: `www.example.net` lies outside the zone `example.com`");
  CHECK(check("www.example.net. A 192.0.2.1\n").empty());
  CHECK(check(soa + "$ORIGIN example.net.\n" + soa + "www A 192.0.2.1\n").empty());
}

TEST_CASE("an open quote is closed where a person agrees", "[dns][zone_rules]") {
  CHECK(fixed("a TXT \"x y\nb TXT z\n", false) == "a TXT \"x y\"\nb TXT z\n");
  CHECK(fixed("a TXT \"x y\nb TXT z\n") == "a TXT \"x y\nb TXT z\n");
}

TEST_CASE("whatever the zone holds, rules and fixes keep to the file", "[dns][zone_rules]") {
  constexpr std::string_view kWords[] = {"a",
                                         "@",
                                         "example.com",
                                         "example.com.example.com.",
                                         "TXT",
                                         "A",
                                         "CNAME",
                                         "MX",
                                         "10",
                                         "192.0.2.1",
                                         "\"x\"",
                                         "v=DKIM1;",
                                         "k=y",
                                         "(",
                                         ")",
                                         "\n",
                                         "\n",
                                         "\n  ",
                                         "SOA",
                                         "300",
                                         "IN",
                                         ";! timeout a",
                                         "; envelint: ignore X",
                                         "\\",
                                         "\"",
                                         "$GENERATE 1-3",
                                         "a$",
                                         "$TTL",
                                         "$ORIGIN"};
  std::mt19937 random(13);
  for (int round = 0; round < 3000; ++round) {
    std::string content;
    for (int i = 0; i < 40; ++i) content.append(kWords[random() % std::size(kWords)]).append(" ");
    for (const Finding& finding : check(content)) {
      REQUIRE(finding.place);
      REQUIRE(finding.place->span.start <= finding.place->span.end);
      REQUIRE(finding.place->span.end <= content.size());
      if (!finding.file_fix) continue;
      for (const FileEdit& edit : finding.file_fix->edits) REQUIRE(edit.span.end <= content.size());
    }
  }
}
