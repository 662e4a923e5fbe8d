#pragma once

#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace envelint::text {

/// One `name=value` behind the version of a record. All spans are offsets into the text that was read.
struct Field {
  Span span;   ///< from the first character of the name to the last of the value, white space around left out
  Span name;   ///< the name as written; empty when the piece has no `=`
  Span value;  ///< the value; the whole piece when it has no `=`

  friend bool operator==(const Field&, const Field&) = default;
};

/// What is wrong with a field list, by RFC 8461 §3.1 and RFC 8460 §3, which share their grammar.
struct FieldFault {
  enum class Kind : std::uint8_t {
    wrapping,  ///< white space, quotes or zone-file escapes around the value or its fields: dns::check_text says so
    owner_in_value,     ///< the owner name of the record stands before the version
    version_absent,     ///< nothing here looks like the version; empty span at the start of the list
    version_misspelt,   ///< the version, but not letter for letter
    version_not_first,  ///< the version stands behind another field
    version_gap,    ///< white space between version and `;`: the grammar allows it, a search for `VERSION;` misses it
    no_semicolon,   ///< something else, or nothing, between version and first field
    empty_field,    ///< nothing between two semicolons
    no_equals,      ///< a piece between semicolons has no `=`
    spaced_equals,  ///< white space around `=`
    too_many,       ///< more than kMaxFields fields and faults; the rest is not read
  };
  Kind kind;
  Span span;

  friend bool operator==(const FieldFault&, const FieldFault&) = default;
};

/// A version and the fields behind it, as far as they can be read and in the order they are written.
struct FieldList {
  Span version;               ///< the version as written; empty when there is none
  std::vector<Field> fields;  ///< without the version
  std::vector<FieldFault> faults;

  /// Whether the text follows the grammar; `version_gap` does.
  [[nodiscard]] bool valid() const noexcept;
};

/// More fields than any real record has; bounds the work a hostile one can cause.
inline constexpr std::size_t kMaxFields = 64;

/// What a field list begins with, and what people paste before it.
struct FieldListKind {
  std::string_view version;  ///< e.g. "v=STSv1", matched with its case
  std::string_view owner;    ///< the labels its owner name begins with, e.g. "_mta-sts"
};

/// Reads `version 1*(*WSP ";" *WSP field) [*WSP ";" *WSP]` and never stops at a fault. What a name or value may be is
/// for the caller.
///
/// @param text  any bytes. Not kept. Cost is linear in its length.
[[nodiscard]] FieldList parse_field_list(std::string_view text, const FieldListKind& kind);

/// The part of a value that is left when the white space, the octets outside ASCII and the quotes around the whole of
/// it are taken away. A closing quote that belongs to one further in, as in `id="1"`, stays.
[[nodiscard]] Span unwrapped(std::string_view text);

/// Whether the name of an extension field is one: a letter or digit, then up to 31 letters, digits, `_`, `-`, `.`.
[[nodiscard]] bool is_extension_name(std::string_view name) noexcept;

/// The place of the first byte that may not stand in the value of an extension field (visible ASCII but `=` and `;`),
/// or npos. An empty value is the caller's to refuse.
[[nodiscard]] std::size_t extension_value_fault(std::string_view value) noexcept;

/// What is wrong with an extension field, and where.
struct ExtensionFault {
  enum class Kind : std::uint8_t { name_invalid, value_invalid, foreign_octet };
  Kind kind;
  Span span;  ///< the smallest that can be named: of an empty name or value the whole field
};

/// The first thing wrong with a field that the protocol does not define, or nothing.
[[nodiscard]] std::optional<ExtensionFault> extension_fault(std::string_view value, const Field& field);

}  // namespace envelint::text
