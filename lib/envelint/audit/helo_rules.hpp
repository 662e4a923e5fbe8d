#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// What is missing at the names that the domain's own senders introduce themselves by: SPF008. Pure.
void check_helo_names(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
