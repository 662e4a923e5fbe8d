#pragma once

#include <envelint/render/strip.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace envelint::render {

/// Columns of the ` … ` between two windows.
inline constexpr std::size_t kCut = 3;

/// The parts of a strip that are shown on one row, and the marks that are drawn under it.
struct Window {
  std::vector<Range> shown;        ///< cells, ascending and apart
  std::vector<std::size_t> marks;  ///< indices into the marks asked for
};

/// Chooses what to show of a strip that may be wider than a row: all of it if it fits; else the cells of the marks (of
/// wide marks both ends) with as much around them as there is room for, on as many rows as it takes.
///
/// @param marks  cells of each mark, none empty
/// @param width  columns of a row, at least 26: two escapes with cuts around them
/// @return at least one window; every mark is in exactly one, and its first and last cell are shown there
[[nodiscard]] std::vector<Window> choose_windows(const Strip& strip, std::span<const Range> marks, std::size_t width);

/// The columns that the shown cells take with the signs for what is cut away.
[[nodiscard]] std::size_t row_width(const Strip& strip, std::span<const Range> shown) noexcept;

}  // namespace envelint::render
