#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/dns/zone_scope.hpp>

#include <optional>
#include <string_view>

namespace envelint::rehearsal {

/// The host names of those who pass mail on or forge it, below a name that nobody can register (RFC 6761 §6.4).
inline constexpr std::string_view kForwarder = "forwarder.invalid";
inline constexpr std::string_view kList = "list.invalid";
inline constexpr std::string_view kStranger = "stranger.invalid";

/// What is said of a name beyond the zone files.
inline constexpr std::string_view kNotInFiles = "the name is not in the zone files";

/// DNS as a rehearsal has it: the zone files, and around them nothing but the mailing list of the play.
///
/// What the files do not hold does not exist, as far as they have the say; without an SOA record they do not say
/// which zones there are. A name beyond them, such as that of a provider's SPF record, is Trouble::outside: that it
/// is not in the files says nothing about it. The names above a zone, where receivers look for the policy of a
/// registry (RFC 9989 §4.10), have no records. kList has an SPF record, as the hosts of mailing lists do.
///
/// Refers to the other resolver.
class Stage : public dns::Resolver {
 public:
  /// @param files  answers from the files alone; what they do not hold does not exist
  /// @param scope  which names the files have the say about
  Stage(dns::Resolver& files, dns::ZoneScope scope);
  /// @param others  answers for all names there are: a network, or files in front of one
  explicit Stage(dns::Resolver& others);

  task::Task<dns::Answer> query(dns::Query query) override;

 private:
  [[nodiscard]] bool is_told(const dns::Name& name, dns::Type type, const dns::Answer& answer) const;
  [[nodiscard]] bool is_above(const dns::Name& name) const;
  [[nodiscard]] dns::Answer about_the_play(const dns::Query& query) const;

  dns::Resolver& below_;
  std::optional<dns::ZoneScope> scope_;  // none: all that there is is told
  dns::Name nobodys_;
  dns::Name list_;
};

}  // namespace envelint::rehearsal
