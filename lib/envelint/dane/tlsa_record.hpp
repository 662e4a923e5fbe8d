#pragma once

#include <envelint/dns/record.hpp>
#include <envelint/text/base64.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// DANE (RFC 6698, RFC 7671, for SMTP RFC 7672): a TLSA record at `_25._tcp.<mx host>`, in a signed zone, says which
/// certificate or key the host will show. A sender that knows DANE then insists on TLS and on that key.
namespace envelint::dane {

/// One of the three numbers of a record.
struct Number {
  text::Span span;                     ///< as written; empty when the text ends before it
  std::optional<std::uint32_t> value;  ///< nothing when it is not a number

  friend bool operator==(const Number&, const Number&) = default;
};

/// The data of a TLSA record as text (RFC 6698 §2.2), `3 1 1 0123…`, as far as it can be read. All spans are offsets
/// into that text.
struct TlsaRecord {
  Number usage;
  Number selector;
  Number matching;
  text::Span data;  ///< from the first hexadecimal digit to the last character; empty when there is none
  std::optional<text::Span> not_hex;  ///< the first stretch of the data that is no hexadecimal digit and no blank
  bool odd_digits = false;            ///< the data has half an octet too many
  text::Bytes octets;                 ///< the data, as far as it is hexadecimal

  /// Whether a sender can read the record at all: three numbers up to 255 and hexadecimal data.
  /// Whether it can use what they say is a matter of the rules.
  [[nodiscard]] bool valid() const noexcept;
};

/// Data longer than this is not read: it would not fit into a DNS message.
inline constexpr std::size_t kMaxOctets = 65'535;

/// Reads the data of a TLSA record and never stops at a fault. Blanks and the parentheses of zone files may stand
/// between its parts and inside the hexadecimal data.
///
/// @param text  any bytes. Not kept. Never throws but for memory; linear in its length.
[[nodiscard]] TlsaRecord parse_tlsa(std::string_view text);

/// The data as text, `3 1 1 0123…` in lower case.
[[nodiscard]] std::string print(const dns::Tlsa& tlsa);

}  // namespace envelint::dane
