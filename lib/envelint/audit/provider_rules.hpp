#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/finding/finding.hpp>

#include <vector>

namespace envelint::audit {

/// Every provider that the domain's records lead to, in the order in which they do. Pure.
[[nodiscard]] std::vector<ProviderRow> provider_rows(const DomainFacts& facts);

/// Whether each provider that the domain uses is set up as a whole (X003), alone, and by its own hosts (MX016, MX021).
/// Pure.
void check_providers(const DomainFacts& facts, finding::Findings& out);

/// A provider sends by SPF, and DNS has said that none of the selectors it sets up is there.
[[nodiscard]] bool provider_key_missing(const DomainFacts& facts);

}  // namespace envelint::audit
