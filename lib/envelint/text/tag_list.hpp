#pragma once

#include <envelint/text/span.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace envelint::text {

/// One `name=value` of a tag-list. All spans are offsets into the text that was read.
struct Tag {
  Span span;   ///< from the first character of the name to the last of the value, white space around left out
  Span name;   ///< the name as written; empty when the piece has no `=` (see TagFault::no_equals)
  Span value;  ///< the value without surrounding white space; may be empty
};

/// What is wrong with a tag-list, by RFC 6376 §3.2.
struct TagFault {
  enum class Kind : std::uint8_t {
    no_equals,  ///< a piece between semicolons has no `=`
    bad_name,   ///< the tag name is empty or holds something other than letters, digits and `_`
    empty_tag,  ///< nothing between two semicolons
    bad_value,  ///< a character that may not stand in a value
    duplicate,  ///< the name stands in the list a second time
    too_many,   ///< more than kMaxTags tags; the rest is not read
  };
  Kind kind;
  Span span;
};

/// A tag-list as far as it can be read, in the order it is written.
struct TagList {
  std::vector<Tag> tags;
  std::vector<TagFault> faults;

  /// The first tag of this name (names are case-sensitive, §3.2), or nullptr.
  [[nodiscard]] const Tag* find(std::string_view text, std::string_view name) const noexcept;
};

/// More tags than any real record has; bounds the work a hostile one can cause.
inline constexpr std::size_t kMaxTags = 200;

/// Reads a tag-list (RFC 6376 §3.2), which DKIM keys, DKIM signatures, DMARC, MTA-STS, TLS-RPT and BIMI records
/// all are, and never stops at a fault. Which faults matter is for the caller: DKIM discards the whole list,
/// DMARC the single tag.
///
/// @param text  any bytes. Not kept.
[[nodiscard]] TagList parse_tag_list(std::string_view text);

/// The part of `text` that a span names.
[[nodiscard]] constexpr std::string_view slice(std::string_view text, Span span) noexcept {
  return text.substr(span.start, span.size());
}

}  // namespace envelint::text
