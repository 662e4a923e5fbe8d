#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace envelint::expectation {

inline constexpr std::size_t kMaxBrackets = 8;
inline constexpr std::size_t kMaxDots = 64;  ///< of one line, outside of strings

/// What toml++ 3.3 must not be given, though no file of expectations needs it.
struct TomlHazard {
  enum class Kind : std::uint8_t {
    brackets,   ///< more than kMaxBrackets one inside the other
    dots,       ///< more than kMaxDots in a line
    character,  ///< outside of strings and comments: not ASCII, or a control character
    long_text,  ///< a string that may go over several lines
    quote,      ///< a quote within a word, where no string can begin
  };
  Kind kind;
  std::size_t offset;
};

/// Finds the first hazard of a TOML text.
///
/// Every dot of a key and every bracket is a table inside another, which toml++ frees by recursion: a hostile file would
/// overflow the stack. And what it does with characters outside ASCII, where they are not text, is not defined.
/// Linear in the length of `toml`.
[[nodiscard]] std::optional<TomlHazard> find_toml_hazard(std::string_view toml);

}  // namespace envelint::expectation
