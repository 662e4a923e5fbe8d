#pragma once

#include <envelint/audit/domain_facts.hpp>

#include <string>
#include <vector>

namespace envelint::audit {

/// The DKIM selectors to look at first: those given, else those of the providers that the domain's MX and SPF records
/// lead to. Without answers yet. Pure.
[[nodiscard]] std::vector<SelectorFacts> plan_selectors(const DomainFacts& facts,
                                                        const std::vector<std::string>& given);

/// The selectors to try when nothing tells which a domain has: the commonest. None where DNS has said that there is no
/// name below `_domainkey` (RFC 8020), or that each one has a key. Pure.
[[nodiscard]] std::vector<SelectorFacts> plan_common_selectors(const DomainFacts& facts);

/// The providers that the domain's MX, SPF and key records lead to, each once. Pure.
[[nodiscard]] std::vector<ProviderFacts> providers_of(const DomainFacts& facts);

}  // namespace envelint::audit
