#include "support.hpp"

#include <envelint/finding/page.hpp>

#include <support/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

// The examples of the DMARC pages against the rules of this room. Each such example is one record on one line of zone
// text.
namespace {

namespace fs = std::filesystem;
using namespace dmarc_test;

struct Shown {
  std::string owner;
  std::string value;
  std::size_t column = 0;
  std::set<std::string> expected;  // "DMARC003 2-8"
};

Shown read_example(const std::string& zone) {
  Shown out;
  std::istringstream lines(zone);
  std::string line;
  while (std::getline(lines, line)) {
    if (!line.starts_with(';')) {
      const std::size_t open = line.find('"');
      out.owner = line.substr(0, line.find(' '));
      out.value = line.substr(open + 1, line.rfind('"') - open - 1);
      out.column = open + 1;
      continue;
    }
    const std::size_t start = line.find_first_of("^|");
    const bool point = line[start] == '|';
    const std::size_t end = point ? start : line.find_first_not_of('^', start);
    out.expected.insert(line.substr(line.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) + " " +
                        std::to_string(start - out.column) + "-" + std::to_string(end - out.column));
  }
  return out;
}

std::set<std::string> draw(const Shown& shown, const std::string& code) {
  Findings found;
  const Record record = envelint::dmarc::parse(shown.value);
  envelint::dmarc::check(record, found, shown.owner);
  envelint::dmarc::check_owner(record, shown.owner, found);
  std::set<std::string> out;
  for (const Finding& finding : found.items()) {
    const std::string id(envelint::finding::entry(finding.code).id);
    if (finding.severity < Severity::warning && id != code) continue;
    out.insert(id + " " + std::to_string(finding.span.start) + "-" + std::to_string(finding.span.end));
  }
  return out;
}

}  // namespace

TEST_CASE("every example of the DMARC pages draws what it says", "[dmarc][pages]") {
  const char* const root = std::getenv("ENVELINT_SOURCE_DIR");
  const fs::path pages = fs::path(root == nullptr ? "." : root) / "records/dmarc";
  REQUIRE(fs::exists(pages));
  for (const auto& item : fs::directory_iterator(pages)) {
    std::ifstream in(item.path(), std::ios::binary);
    const auto page = envelint::finding::read_page(std::string{std::istreambuf_iterator<char>(in), {}});
    REQUIRE(page.has_value());
    for (const auto& example : page->examples) {
      if (example.zone.starts_with("; lint ")) continue;  // about all of DNS: tests/records
      const Shown shown = read_example(example.zone);
      INFO(page->code << ": " << shown.value);
      CHECK(draw(shown, page->code) == shown.expected);
      CHECK(example.bad != shown.expected.empty());
    }
  }
}
