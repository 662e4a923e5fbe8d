#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dmarc/record_finder.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::verdict {

/// What is said of a message by DMARC (RFC 9989 §9.1).
enum class DmarcStatus : std::uint8_t {
  none,       ///< the author domain has no policy, so nothing is checked
  pass,       ///< an identifier that is authenticated is aligned with the author domain
  fail,       ///< none is
  temperror,  ///< DNS would not say something that decides
  permerror,  ///< there is no telling: not one author domain, or a record that cannot be used
};
[[nodiscard]] std::string_view to_string(DmarcStatus status) noexcept;

enum class Mechanism : std::uint8_t { spf, dkim };
[[nodiscard]] std::string_view to_string(Mechanism mechanism) noexcept;  ///< "SPF" or "DKIM"

/// A domain for which SPF or a signature speaks, bound to what came of it.
struct Identifier {
  enum class State : std::uint8_t {
    authenticated,  ///< the mechanism passes
    failed,         ///< it does not
    unknown,        ///< DNS would not say whether it does
    not_counted,    ///< a signature that verifies and leaves text unsigned by `l=` (RFC 6376 §8.2)
  };
  Mechanism mechanism = Mechanism::spf;
  std::size_t signature = 0;  ///< with Mechanism::dkim: its index among the results
  State state = State::failed;
  dns::Name domain;                     ///< of MAIL FROM, or of HELO for a bounce; `d=` of the signature
  dmarc::OrganizationalDomain rfc7489;  ///< its organizational domain by the Public Suffix List
  dmarc::OrganizationalDomain rfc9989;  ///< the same by a tree walk
};

/// Why an identifier is aligned or not (RFC 9989 §4.4).
enum class AlignmentReason : std::uint8_t {
  same_domain,
  same_organization,  ///< relaxed: one organizational domain
  strict,             ///< one organizational domain, but the policy asks for the same domain
  other_organization,
  unknown,  ///< an organizational domain that decides is not known
};

/// One identifier against the author domain.
struct Alignment {
  std::size_t identifier = 0;  ///< index into the identifiers that were judged
  dmarc::Alignment mode = dmarc::Alignment::relaxed;
  std::optional<bool> aligned;
  AlignmentReason reason = AlignmentReason::unknown;
};

/// What receivers of one generation make of a message.
struct DmarcResult {
  dmarc::Receiver receiver = dmarc::Receiver::rfc9989;
  DmarcStatus status = DmarcStatus::none;
  dmarc::OrganizationalDomain organizational_domain;  ///< of the author domain
  dmarc::EffectivePolicy policy;
  std::vector<Alignment> alignments;  ///< of all identifiers, in their order; relaxed where no policy applies
  bool spf_aligned = false;           ///< SPF passes and is aligned
  bool dkim_aligned = false;          ///< a signature passes and is aligned
  /// What the domain asks to have done with the message; none unless it fails.
  dmarc::Policy disposition = dmarc::Policy::none;
  /// RFC 7489 §6.6.4: the share of failing mail, in per cent, that gets `disposition`; the rest gets `otherwise`.
  std::uint8_t pct = 100;
  dmarc::Policy otherwise = dmarc::Policy::none;
};

/// Judges a message for one generation of receivers. Pure.
///
/// The result is `pass` only when an identifier with State::authenticated is aligned with `author`.
///
/// @param author       the author domain
/// @param generation   its policy, as such receivers find it
/// @param identifiers  what SPF and DKIM speak for
[[nodiscard]] DmarcResult judge_dmarc(const dns::Name& author, const dmarc::Generation& generation,
                                      std::span<const Identifier> identifiers);

}  // namespace envelint::verdict
