#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether MTA-STS and TLS-RPT records are there, and where receivers look for them: STS001, STS008, STS010, STS034 and
/// RPT009. Pure.
void check_policy_presence(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
