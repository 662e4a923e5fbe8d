#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include <envelint/dns/text.hpp>
#include <envelint/spf/rules.hpp>

#include <map>
#include <string>
#include <vector>

using namespace envelint;

namespace {

constexpr std::size_t kMailSpf = 3;
constexpr std::size_t kPySpf = 4;
constexpr std::size_t kRecord = 8;

// The corpus writes control characters as \uXXXX.
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 4) == "\\u00" && i + 6 <= text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 4, 2)), nullptr, 16));
      i += 5;
      continue;
    }
    out += text[i];
  }
  return out;
}

}  // namespace

TEST_CASE("valid agrees with two strict parsers on real records", "[spf][corpus]") {
  const auto path = test::shared_data("data/spf/labelled_spf.tsv");
  if (!path) return;
  std::size_t agreed = 0;
  std::size_t decided = 0;
  for (const auto& row : test::read_tsv(*path)) {
    REQUIRE(row.size() > kRecord);
    const std::string text = unescape(row[kRecord]);
    const spf::Record record = spf::parse(text);
    const bool first = row[kMailSpf] == "ok";
    const bool second = row[kPySpf] == "ok";
    if (first == second) {
      CAPTURE(text, row[kMailSpf], row[kPySpf]);
      CHECK(record.valid() == first);
      ++agreed;
      continue;
    }
    // §4.5: without a space behind the version it is no SPF record; §12: only SP separates terms and only ASCII is
    // legal. In all of these Mail::SPF is the strict one.
    CAPTURE(text, row[kMailSpf], row[kPySpf]);
    CHECK(record.valid() == first);
    ++decided;
  }
  CHECK(agreed + decided == 14'437);
}

TEST_CASE("every record survives printing", "[spf][corpus]") {
  for (const char* name : {"data/spf/labelled_spf.tsv", "data/spf/malformed_spf.tsv"}) {
    const auto path = test::shared_data(name);
    if (!path) return;
    for (const auto& row : test::read_tsv(*path)) {
      const spf::Record record = spf::parse(unescape(row[kRecord]));
      const std::string printed = spf::print(record);
      CAPTURE(row[kRecord], printed);
      CHECK(spf::same_terms(spf::parse(printed), record));
      CHECK(spf::print(spf::parse(printed)) == printed);
    }
  }
}

TEST_CASE("every record that the strict parsers refuse draws an error", "[spf][corpus]") {
  const auto path = test::shared_data("data/spf/labelled_spf.tsv");
  if (!path) return;
  for (const auto& row : test::read_tsv(*path)) {
    if (row[kMailSpf] == "ok") continue;
    const std::string text = unescape(row[kRecord]);
    const spf::Record record = spf::parse(text);
    finding::Findings out;
    spf::check(record, out);
    const bool only_foreign_bytes = std::ranges::all_of(record.faults, [](const spf::Fault& fault) {
      return fault.kind == spf::FaultKind::non_ascii;
    });
    if (only_foreign_bytes && record.version == spf::Version::exact) continue;  // dns::check_text says it
    CAPTURE(text);
    CHECK(std::ranges::any_of(out.items(), [](const finding::Finding& finding) {
      return finding.severity == finding::Severity::error;
    }));
  }
}
