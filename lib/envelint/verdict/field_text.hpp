#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Words of others in header fields that are written here: nothing in them can end the field, begin another one, or
/// leave the quotes or parentheses it stands in. All of it may be given any octets, and never throws but for memory.
namespace envelint::verdict {

/// A longer text is cut. Twice as much, escaped and with a name before it, still fits into a line (RFC 5322 §2.1.1).
inline constexpr std::size_t kMaxFieldText = 400;

/// The text with a `?` for every control character, every one that is hidden or turns the direction of writing, and
/// every octet that is not UTF-8, cut at a whole character.
[[nodiscard]] std::string clean(std::string_view text, std::size_t most = kMaxFieldText);

/// A Keyword (RFC 5321 §4.1.2): letters, digits and inner hyphens; at most 64 of them.
[[nodiscard]] bool is_keyword(std::string_view text) noexcept;
/// A token (RFC 2045 §5.1).
[[nodiscard]] bool is_token(std::string_view text) noexcept;
/// A dot-atom (RFC 5322 §3.2.3), which may hold UTF-8 (RFC 6532 §3.2).
[[nodiscard]] bool is_dot_atom(std::string_view text) noexcept;
/// `local-part@domain` or `@domain` that may stand without quotes (RFC 8601 §2.2); UTF-8 as in RFC 6531 §3.3.
[[nodiscard]] bool is_bare_address(std::string_view text) noexcept;

/// As a quoted-string.
[[nodiscard]] std::string quoted(std::string_view text);
/// As a token where it is one, else as a quoted-string: `value` of RFC 8601 §2.2.
[[nodiscard]] std::string value_text(std::string_view text);
/// As `pvalue` of RFC 8601 §2.2, which has addresses as well.
[[nodiscard]] std::string property_text(std::string_view text);
/// As a dot-atom where it is one, else as a quoted-string (RFC 7208 §9.1).
[[nodiscard]] std::string dot_atom_text(std::string_view text);
/// As a comment with its parentheses; empty where nothing is left to say. What a careless reader takes for the end of
/// the comment or of the result is written differently: brackets for parentheses, a comma for a semicolon.
[[nodiscard]] std::string comment_text(std::string_view text);

}  // namespace envelint::verdict
