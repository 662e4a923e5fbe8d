#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether there is a key where a signature leads to: DKIM001, DKIM002, DKIM023, DKIM034, DKIM035, DKIM041 and DKIM047.
/// Pure.
void check_selectors(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
