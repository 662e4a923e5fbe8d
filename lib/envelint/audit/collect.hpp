#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/dns/authoritative.hpp>
#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/task/task.hpp>

#include <string>
#include <utility>
#include <vector>

namespace envelint::audit {

/// What to ask about a domain. Not an aggregate: it is a coroutine parameter.
struct CollectOptions {
  CollectOptions() = default;

  /// DKIM selectors to look at. Without one, those of the providers that the domain uses; if they have no key, the
  /// commonest there are.
  std::vector<std::string> selectors;
  dns::QuestionBudget budget;

  /// What asks the zone's own servers too, with all that it needs to know; without it they are not asked. Must outlive
  /// the task.
  dns::DirectResolver* direct = nullptr;
  dns::AuthoritativeOptions authoritative;
};

/// Most MX hosts that are looked at, and most of their addresses.
inline constexpr std::size_t kMaxMailHosts = 32;
inline constexpr std::size_t kMaxReverse = 16;

/// Asks all that the rules for a domain need to know. Many questions are under way at once.
///
/// Trouble is a fact like others: the task never fails. The resolver and the list must outlive it.
[[nodiscard]] task::Task<DomainFacts> collect(dns::Resolver& resolver, dns::Name domain, CollectOptions options,
                                              const dns::PublicSuffixList& suffixes);

}  // namespace envelint::audit
