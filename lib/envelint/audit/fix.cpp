#include <envelint/audit/fix.hpp>

#include <envelint/audit/judge.hpp>

#include <algorithm>

namespace envelint::audit {
namespace {

// Two insertions at one place touch as well: their order would be chance.
bool touches(const finding::Edit& a, const finding::Edit& b) {
  return a.span.overlaps(b.span) || a.span.start == b.span.start;
}

bool is_free(const finding::Fix& fix, const std::vector<finding::Edit>& taken) {
  return std::ranges::none_of(fix.edits, [&](const finding::Edit& edit) {
    return std::ranges::any_of(taken, [&](const finding::Edit& other) { return touches(edit, other); });
  });
}

}  // namespace

std::vector<finding::Edit> safe_edits(const std::vector<finding::Finding>& findings, const Selection& selection) {
  std::vector<const finding::Finding*> fixable;
  for (const finding::Finding& finding : findings) {
    if (finding.fix && finding.fix->safe && selection.keeps(finding.code)) fixable.push_back(&finding);
  }
  std::ranges::stable_sort(fixable, std::ranges::greater(), &finding::Finding::severity);
  std::vector<finding::Edit> taken;
  for (const finding::Finding* finding : fixable) {
    if (!is_free(*finding->fix, taken)) continue;
    taken.insert(taken.end(), finding->fix->edits.begin(), finding->fix->edits.end());
  }
  return taken;
}

std::string fix_value(Kind kind, const dns::Text& value, std::string_view owner, const Selection& selection) {
  dns::Text current = value;
  for (int round = 0; round < kMaxFixRounds; ++round) {
    auto edits = safe_edits(judge_value(kind, current, owner).findings, selection);
    if (edits.empty()) break;
    // Where the strings of the record meet matters no more once the value is written anew.
    current = dns::Text(finding::apply(current.joined(), std::move(edits)));
  }
  return std::string(current.joined());
}

}  // namespace envelint::audit
