#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/dns/public_suffix.hpp>

#include <vector>

namespace envelint::audit {

/// The names in other organizational domains that the domain's mail relies on: MX hosts, SPF targets without macros, and
/// what aliases lead to. One name for each of those domains, and at most 20. Pure.
[[nodiscard]] std::vector<Unregistered> names_relied_on(const DomainFacts& facts,
                                                        const dns::PublicSuffixList& suffixes);

}  // namespace envelint::audit
