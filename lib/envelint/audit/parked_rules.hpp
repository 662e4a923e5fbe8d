#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether a domain that sends no mail says so in every record that can say it: X006. Pure.
void check_parked(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
