#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether each provider that the domain uses is set up as a whole: X003. Pure.
void check_providers(const DomainFacts& facts, finding::Findings& out);

/// A provider sends by SPF, and DNS has said that none of the selectors it sets up is there.
[[nodiscard]] bool provider_key_missing(const DomainFacts& facts);

}  // namespace envelint::audit
