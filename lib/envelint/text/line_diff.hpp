#pragma once

#include <string>
#include <string_view>

namespace envelint::text {

/// The difference of two texts as a unified diff with three lines of context, `a/PATH` against `b/PATH`; empty when
/// the texts are equal. A missing newline at the end is said as other tools say it, so that `patch` reproduces `after`
/// byte for byte.
///
/// Texts that differ in more than kMaxLineEdits lines are shown as one replacement of the lines that differ.
[[nodiscard]] std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

/// Bounds the quadratic cost of finding the shortest difference.
inline constexpr int kMaxLineEdits = 2000;

}  // namespace envelint::text
