#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Reverse DNS of the addresses that send mail of the domain: PTR001, PTR002, PTR003, PTR005 and PTR009. Hosts of a
/// provider, and those that only receive, are left alone. Pure.
void check_reverse(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
