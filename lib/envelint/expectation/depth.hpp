#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace envelint::expectation {

inline constexpr std::size_t kMaxBrackets = 8;
inline constexpr std::size_t kMaxDots = 64;  ///< of one line, outside of strings

/// A place where a TOML text goes too deep.
struct TooDeep {
  std::size_t offset = 0;
  bool dots = false;  ///< too many dots in the line; else too many brackets one inside the other
};

/// Looks for keys and values that are nested deeper than any file of expectations needs. Every dot of a key and every
/// bracket is a table inside another, which toml++ reads and frees by recursion: without a bound, a hostile file would
/// overflow the stack. Linear in the length of `toml`.
[[nodiscard]] std::optional<TooDeep> find_too_deep(std::string_view toml) noexcept;

}  // namespace envelint::expectation
