#include <envelint/audit/resolver_report.hpp>

#include <algorithm>
#include <vector>

namespace envelint::audit {
namespace {

using dns::Answer;
using Proof = ResolverReport::Proof;

/// The answers with the domain's mail records, of those that a server gave.
std::vector<const Answer*> served_records(const DomainFacts& facts) {
  std::vector<const Answer*> out;
  const auto add = [&out](const Answer& answer) {
    if (answer.has_records() && !answer.server.empty()) out.push_back(&answer);
  };
  for (const Answer* answer : {&facts.txt, &facts.mx, &facts.mta_sts, &facts.tls_rpt}) add(*answer);
  for (const SelectorFacts& selector : facts.selectors) add(selector.txt);
  if (facts.dmarc && facts.dmarc->rfc9989.domain.source) add(facts.dmarc->rfc9989.domain.source->answer);
  return out;
}

Proof proof_of(const std::vector<const Answer*>& answers) {
  const auto proved = [](const Answer* answer) { return answer->authenticated; };
  const auto said = [](const Answer* answer) { return answer->authenticated || answer->unverified_ad; };
  if (std::ranges::all_of(answers, proved)) return Proof::proved;
  if (std::ranges::all_of(answers, said)) return Proof::unverified;
  return std::ranges::any_of(answers, said) ? Proof::partial : Proof::none;
}

}  // namespace

ResolverReport resolver_report(const DomainFacts& facts) {
  ResolverReport out;
  const auto answers = served_records(facts);
  if (!answers.empty()) {
    out.proof = proof_of(answers);
    out.server = answers.front()->server;
  }
  for (const dns::Remark& remark : facts.remarks) {
    out.remarks.push_back(
        {remark.query.name.to_string() + " " + to_string(remark.query.type), remark.server, remark.code, remark.text});
  }
  return out;
}

}  // namespace envelint::audit
