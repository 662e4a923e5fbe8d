#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/mail/address.hpp>
#include <envelint/mail/message.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::dmarc {

/// Whether a message has one author domain, without which DMARC comes to no verdict (RFC 9989 §5.3.1).
enum class AuthorStatus : std::uint8_t {
  one,              ///< one From field with one author domain
  no_field,         ///< there is no From field
  several_fields,   ///< RFC 5322 §3.6 allows one, and readers differ in which they show
  no_domain,        ///< the From field holds no address with a domain
  several_domains,  ///< its addresses are of different domains (RFC 9989 §11.5)
  unreadable,       ///< readers would differ in whose address it holds
  not_looked_at,    ///< the header is longer than what is looked at, so another From field may follow
};
/// A clause without a full stop: `the message has more than one From field`.
[[nodiscard]] std::string_view to_string(AuthorStatus status) noexcept;

/// The author of a message, as far as its From fields say.
struct Author {
  AuthorStatus status = AuthorStatus::no_field;
  /// The author domains with A-labels, once each, in the order written; one with AuthorStatus::one. Of all From fields;
  /// at most kMaxAuthorDomains.
  std::vector<dns::Name> domains;
  /// Indexes of the From fields in the message, with those that only some readers take for one: `\0From:`, ` From:` as
  /// the first line.
  std::vector<std::size_t> fields;
  std::vector<mail::AddressList> lists;  ///< of the same fields, at most kMaxFromFields
  std::string detail;                    ///< more on the status for a person; may be empty. Holds safe text only

  [[nodiscard]] bool usable() const noexcept { return status == AuthorStatus::one; }
};

inline constexpr std::size_t kMaxAuthorDomains = 4;
inline constexpr std::size_t kMaxFromFields = 4;

/// Finds the author domain of a message (RFC 9989 §5.3.1). Pure; linear in the size of the header.
///
/// A message in which two programs may see authors of different domains has none that is usable: any fault of its From
/// field makes it `unreadable`, but for an `@` or octets that are not UTF-8 in the display name of a single address in
/// angle brackets, which all large receivers read alike. Encoded words in a display name are not looked into.
[[nodiscard]] Author find_author(const mail::Message& message);

}  // namespace envelint::dmarc
