#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/report.hpp>

namespace envelint::audit {

/// What the resolvers said of their answers: whether DNSSEC proves the domain's own mail records, and what they
/// remarked on any. Zone files say nothing of the kind. Pure.
[[nodiscard]] ResolverReport resolver_report(const DomainFacts& facts);

}  // namespace envelint::audit
