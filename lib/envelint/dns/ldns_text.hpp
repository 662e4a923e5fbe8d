#pragma once

#include <envelint/dns/record.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::dns {

/// Reads the data of a record in presentation form with ldns, which knows the form of every type.
///
/// @param words   the data's words with one blank between them, quotes and escapes as written. A text with a control
///                byte is refused: it could end the text for ldns.
/// @param origin  completes names without a final dot.
/// @return the data, or in a few words why ldns refuses it. Never throws but for memory.
[[nodiscard]] std::expected<Data, std::string> read_data(Type type, std::string_view words, const Name& origin);

/// A type mnemonic in any case, of any type that ldns knows; nothing for those that stand only in questions (ANY).
[[nodiscard]] std::optional<Type> parse_any_type(std::string_view word);

}  // namespace envelint::dns
