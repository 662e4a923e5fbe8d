#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

#include <vector>

namespace envelint::audit {

/// What the servers of the domain's zone are asked: the mail records at its name and below it, and the selectors that
/// have a key.
[[nodiscard]] std::vector<dns::Query> questions_to_servers(const DomainFacts& facts);

/// The findings about the servers of the domain's zones: DNS004, DNS005, DNS025 and DNS031. None where they were not
/// asked. Pure.
void check_authority(const DomainFacts& facts, finding::Findings& out);

}  // namespace envelint::audit
