#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// All rules about what a domain has, lacks or has at a wrong name. Not for a domain that does not exist. Pure.
void check_presence(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
