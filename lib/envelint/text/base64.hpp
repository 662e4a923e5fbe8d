#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::text {

using Bytes = std::vector<std::uint8_t>;

/// Why a text is no base64 (RFC 4648 §4).
struct Base64Fault {
  enum class Kind : std::uint8_t {
    character,  ///< a byte outside the alphabet
    padding,    ///< `=` before the end, or more than two
    length,     ///< the number of characters is no multiple of four and cannot be padded to one
  };
  Kind kind;
  std::size_t offset;  ///< where in the text given, in bytes

  friend bool operator==(const Base64Fault&, const Base64Fault&) = default;
};

/// Decodes base64. White space (SP, HTAB, CR, LF) between characters is skipped, as folding white space is in
/// DKIM (RFC 6376 §2.10). Missing padding is accepted; unused bits in the last character are not looked at.
///
/// @return the bytes, or the first fault. Never throws but for memory; linear in the length of `text`.
[[nodiscard]] std::expected<Bytes, Base64Fault> base64_decode(std::string_view text);

/// Encodes bytes with padding and without line breaks.
[[nodiscard]] std::string base64_encode(std::span<const std::uint8_t> bytes);

}  // namespace envelint::text
