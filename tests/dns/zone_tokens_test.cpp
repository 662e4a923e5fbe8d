#include <support/catch.hpp>

#include <envelint/dns/zone_tokens.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

using namespace envelint::dns;
using envelint::text::SourceMap;
using envelint::text::Span;
using Kind = TokenFault::Kind;

namespace {

std::vector<ZoneEntry> entries_of(std::string_view content) {
  std::vector<ZoneEntry> out;
  ZoneTokens tokens(content);
  ZoneEntry entry;
  while (tokens.next(entry)) out.push_back(entry);
  return out;
}

std::vector<std::string> words_of(std::string_view content, const ZoneEntry& entry) {
  std::vector<std::string> out;
  for (const ZoneWord& word : entry.words) out.push_back(decoded(content, word));
  return out;
}

using Words = std::vector<std::string>;

// Every decoded byte must be found again at the place the map gives for it.
void check_map(std::string_view content, const ZoneWord& word) {
  const std::string value = decoded(content, word);
  SourceMap map;
  append_segments(map.segments, content, word, 0);
  for (std::uint32_t i = 0; i < value.size(); ++i) {
    const Span place = map.to_file({i, i + 1});
    REQUIRE(place.start >= word.text.start);
    REQUIRE(place.end <= word.text.end);
    const std::string_view written = content.substr(place.start, place.size());
    if (place.size() == 1) REQUIRE(written[0] == value[i]);
    if (place.size() == 2) REQUIRE((written[0] == '\\' && written[1] == value[i]));
    if (place.size() == 4) REQUIRE(std::stoi(std::string(written.substr(1))) == static_cast<unsigned char>(value[i]));
  }
}

}  // namespace

TEST_CASE("a line of a zone file is words with their places", "[dns][zone_tokens]") {
  const std::string_view text = "example.com. 300 IN TXT \"v=spf1 -all\"  ; ours\n";
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 1);
  CHECK(words_of(text, entries[0]) == Words{"example.com.", "300", "IN", "TXT", "v=spf1 -all"});
  CHECK(entries[0].words[4].span == Span{24, 37});
  CHECK(entries[0].words[4].text == Span{25, 36});
  CHECK(entries[0].words[4].quoted);
  CHECK(entries[0].span == Span{0, 37});
  REQUIRE(entries[0].comments.size() == 1);
  CHECK(entries[0].comments[0].span == Span{39, 45});
  CHECK_FALSE(entries[0].comments[0].whole_line);
  CHECK_FALSE(entries[0].comments[0].touches_word);
}

TEST_CASE("parentheses continue an entry, comments inside and all", "[dns][zone_tokens]") {
  const std::string_view text = "@ SOA ns host ( 1 ; serial\n; on its own\n 2 3\n4 5 ) x\nnext A 192.0.2.1";
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 2);
  CHECK(words_of(text, entries[0]) == Words{"@", "SOA", "ns", "host", "1", "2", "3", "4", "5", "x"});
  REQUIRE(entries[0].comments.size() == 2);
  CHECK(entries[0].comments[1].whole_line);
  CHECK(words_of(text, entries[1]) == Words{"next", "A", "192.0.2.1"});
  CHECK(entries[1].faults.empty());
}

TEST_CASE("escapes are decoded, and a byte order mark and CR LF are no faults", "[dns][zone_tokens]") {
  const std::string_view text =
      "\xEF\xBB\xBF"
      "a\\.b TXT \"say \\\"hi\\\"\\; \\065\"\r\n\r\nb A 192.0.2.1\r\n; c\r\n";
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 3);
  CHECK(words_of(text, entries[0]) == Words{"a.b", "TXT", "say \"hi\"; A"});
  CHECK(words_of(text, entries[1]) == Words{"b", "A", "192.0.2.1"});
  CHECK(entries[2].comments[0].span.size() == 3);
  for (const ZoneEntry& entry : entries) CHECK(entry.faults.empty());
}

TEST_CASE("a blank at the start of a line is remembered", "[dns][zone_tokens]") {
  const auto entries = entries_of("a A 192.0.2.1\n\tA 192.0.2.2\n  \nb A 192.0.2.3\n");
  REQUIRE(entries.size() == 3);
  CHECK_FALSE(entries[0].starts_blank);
  CHECK(entries[1].starts_blank);
  CHECK_FALSE(entries[2].starts_blank);
}

TEST_CASE("an unquoted semicolon ends a word, and the comment knows that it touches it", "[dns][zone_tokens]") {
  const std::string_view text = "k TXT v=DKIM1; k=rsa\n";
  const auto entries = entries_of(text);
  CHECK(words_of(text, entries[0]) == Words{"k", "TXT", "v=DKIM1"});
  CHECK(entries[0].comments[0].touches_word);
  CHECK(entries[0].comments[0].span == Span{13, 20});
}

TEST_CASE("an open quote ends with its line", "[dns][zone_tokens]") {
  const std::string_view text = "a TXT \"v=spf1 -all\nb A 192.0.2.1\n";
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 2);
  CHECK(words_of(text, entries[0]) == Words{"a", "TXT", "v=spf1 -all"});
  REQUIRE(entries[0].faults.size() == 1);
  CHECK(entries[0].faults[0].kind == Kind::open_quote);
  CHECK(entries[0].faults[0].span == Span{6, 18});
}

TEST_CASE("a parenthesis inside an open quote still ends the entry", "[dns][zone_tokens]") {
  const std::string_view text = "a TXT ( \"one\"\n \"two )\nb A 192.0.2.1\n";
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 2);
  CHECK(words_of(text, entries[0]) == Words{"a", "TXT", "one", "two "});
  CHECK(entries[0].faults.size() == 1);
  CHECK(words_of(text, entries[1]) == Words{"b", "A", "192.0.2.1"});
}

TEST_CASE("an open parenthesis costs its own line only", "[dns][zone_tokens]") {
  const std::string_view text = "a TXT ( \"one\"\nb A 192.0.2.1\nc TXT (\"x\"\n \"y\")\n";
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 3);
  CHECK(words_of(text, entries[0]) == Words{"a", "TXT", "one"});
  REQUIRE(entries[0].faults.size() == 1);
  CHECK(entries[0].faults[0].kind == Kind::open_parenthesis);
  CHECK(entries[0].faults[0].span == Span{6, 7});
  CHECK(words_of(text, entries[2]) == Words{"c", "TXT", "x", "y"});
}

TEST_CASE("stray parentheses, broken escapes and control bytes are faults of their entry", "[dns][zone_tokens]") {
  using namespace std::string_literals;
  const std::string text = "a A 192.0.2.1 )\nb TXT \"\\256 \\12\"\nc TXT \"x\0\0y\"\nd TXT z\\\ne A 192.0.2.1"s;
  const auto entries = entries_of(text);
  REQUIRE(entries.size() == 5);
  CHECK(entries[0].faults[0].kind == Kind::stray_parenthesis);
  REQUIRE(entries[1].faults.size() == 2);
  CHECK(entries[1].faults[1].kind == Kind::bad_escape);
  CHECK(words_of(text, entries[1])[2] == "256 12");
  REQUIRE(entries[2].faults.size() == 1);
  CHECK(entries[2].faults[0].kind == Kind::control_byte);
  CHECK(entries[2].faults[0].span.size() == 2);
  CHECK(words_of(text, entries[2])[2] == "x\0\0y"s);
  CHECK(entries[3].faults[0].kind == Kind::bad_escape);
  CHECK(entries[4].faults.empty());
}

TEST_CASE("every decoded byte maps to the file bytes that wrote it", "[dns][zone_tokens]") {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "ab01 \t\\\\\\\"\";()\n\x80\r.259";
  std::size_t words = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 40; ++i) text += kAlphabet[random() % kAlphabet.size()];
    for (const ZoneEntry& entry : entries_of(text)) {
      for (const ZoneWord& word : entry.words) {
        check_map(text, word);
        ++words;
      }
    }
  }
  CHECK(words > 10'000);
}

// No clock decides here: at these sizes a cost that grew with the square would take hours, and the test program would
// not end within the limit that it runs under.
TEST_CASE("hostile text is read to its end, and no entry holds more than it may", "[dns][zone_tokens]") {
  const auto read_all = [](const std::string& text) {
    ZoneTokens tokens(text);
    ZoneEntry entry;
    std::uint32_t end = 0;
    while (tokens.next(entry)) {
      if (entry.words.size() > ZoneTokens::kMaxWords) FAIL("too many words");
      if (entry.comments.size() > ZoneTokens::kMaxComments) FAIL("too many comments");
      if (entry.faults.size() > ZoneTokens::kMaxFaults) FAIL("too many faults");
      end = entry.span.end;
    }
    return end;
  };
  const auto repeated = [](std::string_view piece, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += piece;
    return out;
  };
  SECTION("one line of 100 MB") { CHECK(read_all("a TXT \"" + std::string(100'000'000, 'x') + "\"") == 100'000'008); }
  SECTION("a million words") { CHECK(read_all("a TXT" + repeated(" x", 1'000'000)) == 2'000'005); }
  SECTION("a million open parentheses on a line") { CHECK(read_all(std::string(1'000'000, '(')) == 1'000'000); }
  SECTION("a million lines with an open parenthesis") { CHECK(read_all(repeated("a (\n", 1'000'000)) == 3'999'999); }
  SECTION("a million comments within parentheses") {
    CHECK(read_all("a (\n" + repeated(";\n", 1'000'000) + ")") == 2'000'005);
  }
  SECTION("ten million NUL bytes, and quotes") {
    CHECK(read_all(std::string(10'000'000, '\0')) == 10'000'000);
    CHECK(read_all(std::string(10'000'000, '"')) == 10'000'000);
  }
}
