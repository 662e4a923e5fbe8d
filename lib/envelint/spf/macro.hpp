#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/net/address.hpp>
#include <envelint/spf/record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::spf {

/// What macros stand for (RFC 7208 §7.2). Views must outlive the expansion.
struct MacroValues {
  net::Address ip;             ///< `i`, `v`, `c`; unmapped
  std::string_view sender;     ///< `s`
  std::string_view local;      ///< `l`
  std::string_view domain_of;  ///< `o`: the domain of the sender
  std::string_view domain;     ///< `d`: the domain being evaluated
  std::string_view helo;       ///< `h`
  std::string_view validated;  ///< `p`: a validated name of the client, or `unknown`
  std::string_view receiver;   ///< `r`
  std::uint64_t now = 0;       ///< `t`
};

/// No expansion is longer: explanations are shown to people, and names are cut to 253 octets.
inline constexpr std::size_t kMaxExpansion = 4096;

/// The value of a term with its macros expanded. Nothing when it would grow over kMaxExpansion.
[[nodiscard]] std::optional<std::string> expand(const Record& record, const Term& term, const MacroValues& values);

/// Whether the value of a term holds the macro `letter`, in either case.
[[nodiscard]] bool uses_macro(const Record& record, const Term& term, char letter) noexcept;

/// A name made of expanded text: labels between dots, a final dot ignored, labels taken away from the left until it has
/// 253 octets or less (§7.3). Nothing when a label is empty or longer than 63 octets.
[[nodiscard]] std::optional<dns::Name> target_name(std::string_view text);

}  // namespace envelint::spf
