#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace envelint::text {

/// The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`, letters
/// compared without case; `limit + 1` when there are more than `limit`. Texts longer than 64 bytes are never near.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate nearest to `word`, the first of equals; nothing when all are further away than `limit`.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates, std::size_t limit);

}  // namespace envelint::text
