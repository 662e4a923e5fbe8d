#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// The findings about answers as such, whatever they are for: DNS001, DNS002, DNS003, DNS007, DNS019 and DNS023. Pure.
void check_answers(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
