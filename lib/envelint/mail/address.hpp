#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::mail {

/// One mailbox of an address list (RFC 5322 §3.4, with the obsolete forms of §4.4 and UTF-8 by RFC 6532 §3.2).
struct Mailbox {
  text::Span span;           ///< from the first octet of the display name, or of the address, to the last of either
  std::string display_name;  ///< without quotes, comments and folding; encoded words stay encoded. Bytes of others
  std::string local_part;    ///< without quotes, comments and folding. Bytes of others
  std::string domain;        ///< as written, without comments and folding; `[192.0.2.1]` for a literal. Bytes of others
  std::optional<dns::Name>
      name;                 ///< the domain with its U-labels as A-labels (RFC 5890 §2.3); nothing for a literal or
                            ///< for what is no domain name that mail can have
  text::Span address_span;  ///< of the address alone, without the angle brackets around it

  /// `local@domain` as written, quotes left out. Bytes of others.
  [[nodiscard]] std::string address() const { return local_part + "@" + domain; }
};

/// What is wrong with an address list. Readers of mail differ most in what they make of these.
struct AddressFault {
  enum class Kind : std::uint8_t {
    empty,             ///< there is no address at all
    no_domain,         ///< a mailbox without `@`, or with nothing behind it
    bad_domain,        ///< what stands behind the `@` is no domain name, nor a literal
    unquoted_at,       ///< an `@` in a display name that is not quoted: `a@one.example <b@two.example>`
    bad_octet,         ///< NUL or another control character
    not_utf8,          ///< octets outside ASCII that are not UTF-8
    unclosed,          ///< a comment, quoted string, `<`, `[` or group that does not end
    trailing_text,     ///< something between an address and the comma behind it: `<a@one.example> b@two.example`
    route,             ///< an obsolete source route: `<@one.example:b@two.example>` (RFC 5322 §4.4)
    folded_in_domain,  ///< a fold or a comment within the domain (RFC 5322 §4.4): readers may take a part of it
    too_many,          ///< more than kMaxMailboxes; the rest is not read
    too_long,          ///< more than kMaxAddressList octets, or comments nested deeper than kMaxCommentDepth
    no_local_part,     ///< nothing before the `@`
    at_in_local_part,  ///< a quoted `@` before the `@`: `"a@one.example"@two.example`
    at_in_comment,     ///< an `@` in a comment that readers without comments take: `a@one.example(@two.example)`
    encoded_word,  ///< an encoded word in an address, where RFC 2047 §5 has none; readers that decode it see another
    stray,         ///< a word or special character where none can be: `Joe a@one.example`
    blank_line,    ///< a line of white space within the list (RFC 5322 §4.2): some readers end the header there
  };
  Kind kind;
  text::Span span;
};
/// A clause without a full stop that begins with the place: `the display name has an @ that is not quoted`.
[[nodiscard]] std::string_view to_string(AddressFault::Kind kind) noexcept;

/// The value of a From, Sender, Reply-To, To or Cc field as far as it can be read.
struct AddressList {
  std::vector<Mailbox> mailboxes;  ///< those in groups too, in the order written
  std::size_t groups = 0;          ///< how many groups there are: `Friends: a@example.com;`
  std::vector<AddressFault> faults;

  [[nodiscard]] bool has(AddressFault::Kind kind) const noexcept;
};

inline constexpr std::size_t kMaxMailboxes = 1000;
inline constexpr std::size_t kMaxAddressList = std::size_t{64} << 10;
inline constexpr unsigned kMaxCommentDepth = 32;

/// Reads an address list and never stops at a fault. Where an angle-addr ends a mailbox, its address is the one that
/// counts, whatever the display name looks like; encoded words are never decoded into addresses (RFC 2047 §5).
///
/// @param value  of a header field, folds included; any octets. Not kept.
/// @return all mailboxes that can be read. Never throws but for memory. Linear in the length of `value`.
[[nodiscard]] AddressList parse_address_list(std::string_view value);

}  // namespace envelint::mail
