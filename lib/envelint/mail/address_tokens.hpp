#pragma once

#include <envelint/mail/address.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::mail {

/// A lexical token of an address list (RFC 5322 §3.2, §4.1). Every octet belongs to one.
struct AddressToken {
  enum class Kind : std::uint8_t {
    word,     ///< octets that are neither special nor white space; `[` and `]` too where no literal stands
    quoted,   ///< a quoted string, quotes included
    literal,  ///< `[192.0.2.1]`, only behind an `@`
    comment,  ///< with all comments in it
    space,    ///< white space and folds
    dot,
    at,
    comma,
    semicolon,
    colon,
    open,   ///< `<`
    close,  ///< `>`
    stray,  ///< a `)`, or a backslash that would quote a special character
  };
  Kind kind;
  text::Span span;

  /// CFWS: what stands between the words.
  [[nodiscard]] constexpr bool is_blank() const noexcept { return kind == Kind::comment || kind == Kind::space; }
};

/// Splits a value of at most kMaxAddressList octets; what is wrong with octets, comments and quotes goes to `faults`.
/// Linear in the length of `value`.
[[nodiscard]] std::vector<AddressToken> address_tokens(std::string_view value, std::vector<AddressFault>& faults);

/// The content of a quoted string: without quotes, backslashes and folds.
[[nodiscard]] std::string unquote(std::string_view quoted);

}  // namespace envelint::mail
