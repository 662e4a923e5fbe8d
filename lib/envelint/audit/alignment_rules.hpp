#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/finding/finding.hpp>

namespace envelint::audit {

/// Whether mail of the domain can pass the DMARC policy that it publishes: X001 and X002. Pure.
void check_alignment(const DomainFacts& facts, finding::Findings& out);

/// A test-mode key while DMARC is enforced (X007), in place of what the key's text alone shows (DKIM028).
void check_test_keys(const DomainFacts& facts, DomainReport& report);

/// DMARC is enforced, and what is known of SPF and DKIM lets no mail pass.
[[nodiscard]] bool nothing_can_pass(const DomainFacts& facts);

/// DMARC is enforced, SPF lets somebody send, and DNS has said that there are no DKIM keys.
[[nodiscard]] bool rests_on_spf_alone(const DomainFacts& facts);

}  // namespace envelint::audit
