#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether there is an SPF record where receivers look for it: SPF001, SPF003, SPF007 and SPF010. Pure.
void check_spf_presence(const DomainFacts& facts, finding::Findings& out);

/// The SPF record that the domain lacks was put at `_dmarc`. Pure.
[[nodiscard]] bool is_spf_at_dmarc(const DomainFacts& facts);

}  // namespace envelint::audit
