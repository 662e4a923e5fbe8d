#include <envelint/audit/judge_spf.hpp>

#include <envelint/audit/answer_rules.hpp>
#include <envelint/spf/tree_rules.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Finding;

// That a name is misspelt and that nothing is there is one mistake; the graver finding says both.
void drop_misspelling(DomainReport& report, const Finding& graver) {
  const bool says_it = graver.code == Code::spf_include_of_nothing || graver.code == Code::spf_include_without_record ||
                       graver.code == Code::spf_redirect_without_record;
  if (!says_it) return;
  std::erase_if(report.findings, [&](const Finding& finding) {
    return finding.code == Code::spf_misspelt_include && finding.record == graver.record &&
           finding.span.overlaps(graver.span);
  });
}

// That nobody answered is one mistake: where the domain's own findings say so, the term's does not.
spf::Tree without_told(const DomainFacts& facts) {
  spf::Tree tree = *facts.spf_tree;
  for (spf::TreeTerm& term : tree.terms) {
    if (term.fate != spf::TermFate::unknown) continue;
    term.told = std::ranges::any_of(facts.unanswered, [&](const dns::Unanswered& one) {
      const std::string asked = one.query.name.to_string() + " " + to_string(one.query.type) + ":";
      return term.answer.starts_with(asked) && !is_left_to_spf(facts, one);
    });
  }
  return tree;
}

}  // namespace

void judge_spf_tree(const DomainFacts& facts, DomainReport& report) {
  if (!facts.spf_tree) return;
  const auto record = std::ranges::find_if(report.records, [&](const RecordReport& one) {
    return one.kind == Kind::spf && one.value.joined() == facts.spf_tree->record;
  });
  report.spf = facts.spf_tree;
  if (record == report.records.end()) return;
  std::vector<spf::ClientNames> clients;
  for (const ReverseFacts& reverse : facts.reverse) clients.push_back({reverse.address, reverse.ptr.records.size()});
  finding::Findings found;
  spf::check_tree(without_told(facts), clients, found);
  for (Finding& finding : found.items()) {
    finding.record = static_cast<int>(record - report.records.begin());
    drop_misspelling(report, finding);
  }
  std::ranges::move(found.items(), std::back_inserter(report.findings));
}

}  // namespace envelint::audit
