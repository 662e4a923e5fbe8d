#include <envelint/audit/key_report.hpp>

#include <envelint/audit/judge.hpp>
#include <envelint/audit/providers.hpp>
#include <envelint/dkim/common_selectors.hpp>

#include <algorithm>
#include <utility>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Finding;

// That the key is revoked is said once, as the reason why it does not match.
void add_text_findings(DomainReport& report, int index, std::vector<Finding> found, bool revoked) {
  for (Finding& finding : found) {
    if (revoked && finding.code == Code::dkim_key_revoked) continue;
    if (finding.owner.empty()) finding.record = index;
    report.findings.push_back(std::move(finding));
  }
}

}  // namespace

DomainReport report_key(const dns::Name& domain, const dkim::KeyCheckFacts& facts, const dkim::KeyVerdict& verdict) {
  DomainReport report;
  report.domain = domain.to_string();
  const std::string owner = facts.asked.owner.to_string();
  for (const dns::Record& record : facts.asked.txt.records) {
    const auto* text = std::get_if<dns::Text>(&record.data);
    if (text == nullptr) continue;
    Judgement judgement = judge_value(Kind::dkim, *text, owner);
    const int index = static_cast<int>(report.records.size());
    report.records.push_back({owner, record.type, Kind::dkim, *text, {}, judgement.valid, record.ttl, std::nullopt});
    add_text_findings(report, index, std::move(judgement.findings), verdict.match == dkim::KeyMatch::revoked);
  }
  std::ranges::copy(verdict.findings, std::back_inserter(report.findings));
  if (verdict.match == dkim::KeyMatch::unknown) {
    report.unknown.push_back({owner + " TXT", std::string(to_string(facts.asked.txt.trouble))});
  }
  return report;
}

std::vector<std::string> likely_selectors() {
  std::vector<std::string> out;
  for (const std::string_view selector : dkim::common_selectors()) out.emplace_back(selector);
  for (const Provider& provider : providers()) {
    for (const std::string_view selector : items(provider.selectors)) out.emplace_back(selector);
  }
  return out;
}

}  // namespace envelint::audit
