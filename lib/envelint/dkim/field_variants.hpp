#pragma once

#include <envelint/dkim/autopsy_change.hpp>
#include <envelint/mail/message.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a header field may have been before a mail system rewrote it: guesses, to be proven by the signature.
namespace envelint::dkim {

/// How common a change is, and so with what it is tried together.
enum class Odds : std::uint8_t {
  likely,    ///< with every other that is not rare
  possible,  ///< with likely ones
  rare,      ///< by itself only
};

/// An earlier form of a field.
struct FieldVariant {
  Cause cause;
  std::string head;   ///< the name and the colon
  std::string value;  ///< all behind the colon, without the final CRLF
  Odds odds;
};

/// At most this many for one field.
inline constexpr std::size_t kMaxVariants = 3000;

/// Offers earlier forms of a field, the commonest first.
/// @param head       the name and colon as they stand in the message.
/// @param value      all behind the colon, folds included; of at most some kilobytes, else nothing is offered.
/// @param message    where other fields are looked at that relays keep an original in (`X-Original-To`).
/// @param timestamp  `t=` of the signature.
[[nodiscard]] std::vector<FieldVariant> field_variants(std::string_view head, std::string_view value,
                                                       const mail::Message& message,
                                                       std::optional<std::uint64_t> timestamp);

/// What a field may have held that is named in `h=` and is not there.
[[nodiscard]] std::vector<FieldVariant> removed_variants(std::string_view name, const mail::Message& message);

/// Earlier forms of the DKIM-Signature field itself, which is signed without the value of `b=`: folds and spaces.
/// @param value  without the value of `b=`.
[[nodiscard]] std::vector<FieldVariant> signature_field_variants(std::string_view head, std::string_view value);

}  // namespace envelint::dkim
