#include <support/catch.hpp>
#include <support/json_zone.hpp>
#include <support/shared_data.hpp>

#include <envelint/spf/check_host.hpp>
#include <envelint/spf/tree.hpp>
#include <envelint/task/sync_wait.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

// The tree against check_host, and against counts that others have made of real records.

using namespace envelint;

namespace {

spf::Tree tree_of(dns::Resolver& dns, const dns::Name& domain, const std::string& record) {
  return task::sync_wait(spf::explore(dns, domain, record));
}

/// What an evaluation costs that no limit ends.
spf::CheckResult cost_for(dns::Resolver& dns, std::string_view ip, const std::string& domain) {
  spf::CheckRequest request(net::Address::parse(ip).value(), "a@" + domain, "h.example");
  request.limits = {1000, 1000};
  return task::sync_wait(spf::check_host(dns, std::move(request)));
}

bool any_term(const spf::Tree& tree, bool (*holds)(const spf::TreeTerm&)) {
  return std::ranges::any_of(tree.terms, holds);
}

bool breaks(const spf::TreeTerm& term) { return term.breaks(); }
bool depends(const spf::TreeTerm& term) { return term.fate == spf::TermFate::depends; }

// The collection writes control characters as \uXXXX.
std::string unescaped(std::string_view text) {
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

TEST_CASE("for senders whom nothing matches, the tree counts what check_host counts", "[spf][tree][corpus]") {
  const auto cases = test::shared_data("data/spf/eval_cases.jsonl");
  const auto zone_file = test::shared_data("data/spf/eval_zone.json");
  if (!cases || !zone_file) return;
  test::JsonZone dns(nlohmann::json::object());
  const auto records = nlohmann::json::parse(test::slurp(*zone_file));
  for (const auto& [text, record] : records.items()) {
    if (const auto name = dns::Name::parse(text)) dns.set_text(*name, record.get<std::string>());
  }
  std::ifstream in(*cases);
  std::size_t compared = 0;
  std::size_t broken = 0;
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line);
    const auto text = entry.at("domain").get<std::string>();
    const auto domain = dns::Name::parse(text).value();
    const auto record = entry.at("record").get<std::string>();
    dns.set_text(domain, record);
    CAPTURE(text, record);
    const spf::Tree tree = tree_of(dns, domain, record);
    for (const auto& [ip, count] : {std::pair{"203.0.113.77", tree.v4}, std::pair{"2001:db8:77::77", tree.v6}}) {
      const spf::CheckResult result = cost_for(dns, ip, text);
      if (!spf::parse(record).valid() || any_term(tree, breaks)) {
        CHECK(result.verdict == spf::Verdict::permerror);
        ++broken;
        continue;
      }
      CAPTURE(ip, result.reason);
      CHECK(result.verdict != spf::Verdict::permerror);
      CHECK(result.lookups == count.lookups);
      // In this world the names that macros make do not exist, which the tree cannot know.
      if (!any_term(tree, depends)) CHECK(result.void_lookups == count.void_lookups);
      ++compared;
    }
    const auto own = records.find(text);
    if (own == records.end()) {
      dns.erase(domain);
    } else {
      dns.set_text(domain, own->get<std::string>());
    }
  }
  CHECK(compared + broken == 2 * 1121);
  CHECK(compared > 2200);
}

namespace {

bool is_loop(const spf::TreeTerm& term) { return term.fate == spf::TermFate::loop; }
bool is_faulty(const spf::TreeTerm& term) { return term.fate == spf::TermFate::faulty; }

/// Whether a record has terms that seem to count and do not: mechanisms behind `all` (RFC 7208 §5.1: "Mechanisms after
/// "all" will never be tested"), `redirect` beside `all` (§5.1: "Any "redirect" modifier […] MUST be ignored when there
/// is an "all" mechanism in the record"), `include=` (§6: "Unrecognized modifiers MUST be ignored").
bool has_idle_terms(const spf::Record& record) {
  const bool has_all = std::ranges::any_of(record.terms, [](const spf::Term& t) { return t.is(spf::Mechanism::all); });
  bool behind_all = false;
  for (const spf::Term& term : record.terms) {
    if (behind_all && term.kind == spf::TermKind::mechanism) return true;
    if (has_all && term.is(spf::Modifier::redirect)) return true;
    if (term.kind == spf::TermKind::modifier && record.at(term.name) == "include") return true;
    behind_all = behind_all || term.is(spf::Mechanism::all);
  }
  return false;
}

}  // namespace

TEST_CASE("the counts that others have made of real records differ only where the RFC says why",
          "[spf][tree][corpus]") {
  const auto labelled = test::shared_data("data/spf/labelled_spf.tsv");
  const auto targets = test::shared_data("data/spf/include_targets.tsv");
  if (!labelled || !targets) return;
  test::JsonZone dns(nlohmann::json::object());
  std::map<std::string, bool> idle;  // whether an included record has idle terms
  for (const auto& row : test::read_tsv(*targets)) {
    const auto name = dns::Name::parse(row.at(0));
    if (!name) continue;
    dns.set_text(*name, unescaped(row.at(3)));
    idle[name->to_lower()] = row.at(3).contains("all ") && has_idle_terms(spf::parse(unescaped(row.at(3))));
  }
  constexpr std::size_t kCount = 6;
  constexpr std::size_t kRecord = 8;
  std::size_t same = 0;
  std::size_t row_number = 0;
  for (const auto& row : test::read_tsv(*labelled)) {
    const std::string record = unescaped(row.at(kRecord));
    // A few of the many that are alike, and all that may be odd.
    const bool odd = record.contains("all ") || record.contains("include=") || record.contains("include:" + row.at(2));
    if (++row_number % 40 != 0 && !odd) continue;
    const spf::Record parsed = spf::parse(record);
    if (!parsed.valid()) continue;
    const auto domain = dns::Name::parse(row.at(2));
    REQUIRE(domain);
    const spf::Tree tree = tree_of(dns, *domain, record);
    const auto theirs = static_cast<std::uint32_t>(std::stoul(row.at(kCount)));
    CAPTURE(row.at(2), record, row.at(kCount));
    if (tree.lookups() == theirs) {
      ++same;
      continue;
    }
    // They count idle terms; the terms of included records with a syntax error (§4.6: "returns immediately with the
    // result "permerror", without further interpretation or evaluation"); and where a record leads back to itself, a
    // second round of it, where we count the term that closes the circle.
    CHECK(tree.lookups() < theirs);
    const bool reaches_idle = std::ranges::any_of(tree.terms, [&](const spf::TreeTerm& term) {
      return idle[dns::Name::parse(term.target).value_or(dns::Name()).to_lower()];
    });
    CHECK((has_idle_terms(parsed) || reaches_idle || any_term(tree, is_loop) || any_term(tree, is_faulty)));
  }
  CHECK(same > 300);
}
