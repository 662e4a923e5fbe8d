#pragma once

#include <envelint/dmarc/record_finder.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/task/task.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Which DMARC policy applies to mail from a domain, for both generations of receivers.
///
/// Those of RFC 7489 look at the domain itself and then at its organizational domain, which a list of public suffixes
/// tells them. Those of RFC 9989 have no list: they walk up the tree of names and find the organizational domain by
/// the records that stand there. Where the two come to different results, mail fares differently from receiver to
/// receiver, so both are worked out side by side from the same answers.
///
///     const dmarc::Discovery found = co_await dmarc::discover(resolver, domain, suffixes);
///     if (found.rfc9989.domain.applies()) …
namespace envelint::dmarc {

/// What looking for a policy came to.
enum class Outcome : std::uint8_t {
  policy,    ///< a record applies
  none,      ///< no record: DMARC is not applied
  unusable,  ///< the record that would apply has no valid policy and no address for reports (RFC 9989 §4.10.1)
  several,   ///< RFC 7489 §6.6.3: several records stand at the name, and the search ends
  unknown,   ///< a question that decides was not answered
};

/// The policy for mail from one name.
struct EffectivePolicy {
  Outcome outcome = Outcome::none;
  LookupPtr source;     ///< what decided: the record, or the question; null with Outcome::none
  UsablePolicy usable;  ///< with Outcome::policy; also where all that is unknown is which of its policies applies
  Key tag = Key::p;     ///< the tag the policy stands in: `p`, `sp` or `np`
  Policy published = Policy::none;  ///< as it stands there
  Policy applied = Policy::none;    ///< after `t=y` (RFC 9989 §4.7), or `pct=0` (RFC 7489 §6.6.4)

  [[nodiscard]] bool applies() const noexcept { return outcome == Outcome::policy; }
  /// Whether `usable` says what alignment is wanted.
  [[nodiscard]] bool has_modes() const noexcept {
    return applies() || (outcome == Outcome::unknown && source != nullptr && source->has_record());
  }
};

/// What receivers of one generation do.
struct Generation {
  Receiver receiver = Receiver::rfc9989;
  std::vector<LookupPtr> queries;  ///< in the order in which such a receiver asks about the domain
  OrganizationalDomain organizational_domain;
  EffectivePolicy domain;
  EffectivePolicy subdomain;          ///< of a subdomain that exists and has no record of its own
  EffectivePolicy missing_subdomain;  ///< of one that does not exist
};

/// Whether a name exists (RFC 8020): anything but NXDOMAIN means that it does.
enum class Existence : std::uint8_t { exists, missing, unknown };

/// All that discovery finds out about a domain.
struct Discovery {
  dns::Name domain;
  Existence existence = Existence::unknown;
  bool public_suffix = false;  ///< the Public Suffix List has people register domains right below it
  Generation rfc7489;
  Generation rfc9989;

  /// Every name that was asked for its record, once each, from the domain upwards.
  [[nodiscard]] std::vector<LookupPtr> lookups() const;
  /// What stands at the domain itself.
  [[nodiscard]] const Lookup& own() const { return *rfc9989.queries.front(); }
  /// Whether the Public Suffix List has people register domains right below this name: the domain or one above it.
  [[nodiscard]] bool is_public_suffix(const dns::Name& name) const;
};

/// Finds the policy for mail whose author domain this is.
///
/// Asks no more than 8 questions for RFC 9989 and 2 for RFC 7489, most of them the same, and at most 8 more where a
/// subdomain's walk goes another way (names of more than 7 labels). No answer is never taken for "no record": what
/// depends on it is Outcome::unknown. Never fails. Resolver and list must outlive the task.
[[nodiscard]] task::Task<Discovery> discover(dns::Resolver& resolver, dns::Name domain,
                                             const dns::PublicSuffixList& suffixes);

/// The same with a finder that goes on to be used, so that what was asked is not asked again.
[[nodiscard]] task::Task<Discovery> discover(RecordFinder& finder, dns::Name domain,
                                             const dns::PublicSuffixList& suffixes);

/// The same for one message from the domain: nothing is asked, nor said, about its subdomains
/// (`Generation::subdomain`, `Generation::missing_subdomain`), nor whether it is a public suffix.
[[nodiscard]] task::Task<Discovery> discover_for_message(RecordFinder& finder, dns::Name domain,
                                                         const dns::PublicSuffixList& suffixes);

/// What one question came to, in a few words: `p=reject`, `no record`, `2 records: all discarded`, `SPF record, not
/// DMARC`, `timeout`.
[[nodiscard]] std::string describe(const Lookup& lookup);

/// How the organizational domain was found, in a few words: `psd=n there`, `Public Suffix List`.
[[nodiscard]] std::string_view describe(Boundary boundary) noexcept;

/// A policy in a few words: `reject`, `quarantine (reject, t=y)`, `no DMARC`, `unknown`.
[[nodiscard]] std::string describe(const EffectivePolicy& policy);

}  // namespace envelint::dmarc
