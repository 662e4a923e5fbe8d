#pragma once

#include <envelint/mail/message.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What became of a message, and how it is told to those behind: the Authentication-Results field (RFC 8601) and the
/// Received-SPF field (RFC 7208 §9.1).
namespace envelint::verdict {

/// What a result is about: `header.d=example.com` (RFC 8601 §2.2, propspec).
struct Property {
  std::string ptype;     ///< `smtp`, `header`, `body`, `policy` or another, in lower case
  std::string property;  ///< in lower case
  /// Without quotes and escapes, but for an address: `"john smith"@example.com` keeps those of its local part.
  std::string value;

  friend bool operator==(const Property&, const Property&) = default;
};

/// The result of one method (§2.2, resinfo).
struct MethodResult {
  std::string method;               ///< in lower case
  std::optional<unsigned> version;  ///< of the method. One that is not known must be ignored (§2.6)
  std::string result;               ///< in lower case
  std::string reason;               ///< empty: none
  std::string comment;              ///< all comments behind the result, with blanks between. Says nothing to programs
  std::vector<Property> properties;

  friend bool operator==(const MethodResult&, const MethodResult&) = default;
};

/// What is wrong with an Authentication-Results field.
struct ResultsFault {
  enum class Kind : std::uint8_t {
    too_long,         ///< more than kMaxResultsField octets; not read
    no_authserv_id,   ///< nothing names who says it, as in mail of some large senders; results are read all the same
    unknown_version,  ///< of the field, and not 1: what follows may mean anything and is not read (§2.6)
    no_results,       ///< neither a result nor `none`
    empty_result,     ///< nothing between two semicolons, or behind the last
    bad_result,       ///< not `method=result`; left out
    bad_property,     ///< neither `reason=` nor `type.property=`; left out
    bad_value,        ///< has characters that want quotes; read up to the next white space
    trailing_text,    ///< something between the authserv-id and the first semicolon
    none_and_more,    ///< `none` beside results
    unclosed,         ///< a comment or quoted string that does not end
    too_deep,         ///< comments nested deeper than kMaxNesting
    bad_octet,        ///< NUL or another control character
    not_utf8,         ///< octets outside ASCII that are not UTF-8
    too_many,         ///< more than kMaxResults results, kMaxProperties properties or kMaxResultsFaults faults
  };
  Kind kind;
  text::Span span;

  friend bool operator==(const ResultsFault&, const ResultsFault&) = default;
};
/// A clause without a full stop: `the authserv-id is missing`.
[[nodiscard]] std::string_view to_string(ResultsFault::Kind kind) noexcept;

/// An Authentication-Results field, or the payload of an ARC-Authentication-Results field (RFC 8617 §4.1.1).
struct AuthenticationResults {
  std::string authserv_id;          ///< who says it; compared without case. Empty: missing
  std::optional<unsigned> version;  ///< of the field
  std::vector<MethodResult> results;
  bool none = false;  ///< `none` stands there: nothing was checked
  std::vector<ResultsFault> faults;

  /// The first result of a method, or nullptr. DKIM often has several.
  [[nodiscard]] const MethodResult* find(std::string_view method) const noexcept;
  friend bool operator==(const AuthenticationResults&, const AuthenticationResults&) = default;
};

inline constexpr std::size_t kMaxResultsField = std::size_t{64} << 10;
inline constexpr std::size_t kMaxResults = 100;
inline constexpr std::size_t kMaxProperties = 50;  ///< of one result
inline constexpr std::size_t kMaxResultsFaults = 100;
inline constexpr unsigned kMaxNesting = 32;

/// Reads a field and never stops at a fault.
///
/// @param value  of an Authentication-Results field, folds included, or of an ARC-Authentication-Results field from
///               behind its instance (arc::results_instance); any octets. Not kept. Spans are offsets into it.
/// @return all that can be read. Its strings hold bytes of others, but never CR or LF. Never throws but for memory.
///         Linear in the length of `value`.
[[nodiscard]] AuthenticationResults parse_authentication_results(std::string_view value);

/// The value of the field in one line. Whatever the strings hold, it has no CR, LF, NUL or other control character, and
/// nothing in a string can be read as another result:
///
/// - values that are no tokens or addresses are quoted, what is hidden or no UTF-8 becomes `?`, what is longer than
///   kMaxFieldText is cut, and a comment has no parentheses, backslashes or semicolons;
/// - a result or property whose names are no keywords is left out, as is what does not fit into half of
///   kMaxResultsField;
/// - without any result it says `none`, and without an authserv-id `invalid`.
///
/// What is within these bounds is read as it was: parse_authentication_results(print(x)) == x.
[[nodiscard]] std::string print(const AuthenticationResults& results);

/// The whole field, folded at 78 columns, with its CRLF. To stand before the message (RFC 8601 §4).
[[nodiscard]] std::string print_field(const AuthenticationResults& results);

/// The fields of a message that claim to come from an authserv-id, as indexes: a border must remove them (§5).
///
/// Also finds those that only a careless reader would take for it: one that sees the name in a comment, in quotes, with
/// a version or a dot behind it, or in a field that cannot be read.
[[nodiscard]] std::vector<std::size_t> claims(const mail::Message& message, std::string_view authserv_id);

/// The results of the topmost fields that carry an authserv-id, in one: what an ARC-Authentication-Results field must
/// hold (RFC 8617 §4.1.1). Ends at the first field of another authserv-id: what stands below was not added here last.
/// Says `none` where there are none.
[[nodiscard]] AuthenticationResults own_results(const mail::Message& message, std::string_view authserv_id);

}  // namespace envelint::verdict
