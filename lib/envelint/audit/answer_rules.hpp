#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// The findings about answers as such, whatever they are for: DNS001, DNS002, DNS003, DNS007, DNS019 and DNS023. Pure.
void check_answers(const DomainFacts& facts, finding::Findings& out);

/// Whether an unanswered question of the SPF record is left to the finding about the term that asks it (SPF103): nothing
/// else needs it, and it is no trouble of DNSSEC or of the network here. Every other is told once, by DNS001 or DNS003.
[[nodiscard]] bool is_left_to_spf(const DomainFacts& facts, const dns::Unanswered& question);

}  // namespace envelint::audit
