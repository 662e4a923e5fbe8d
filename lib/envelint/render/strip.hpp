#pragma once

#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {

/// A half-open range of cells or columns, as the holder says.
struct Range {
  std::size_t start = 0;
  std::size_t end = 0;

  [[nodiscard]] constexpr std::size_t size() const noexcept { return end - start; }
  friend constexpr bool operator==(Range, Range) noexcept = default;
};

/// What is shown for one character of a value; quotes and the blank between two strings stand for no byte of it.
struct Cell {
  std::string text;
  std::size_t width = 1;  ///< columns
  text::Span bytes;       ///< of the value; empty for what is not in it
};

/// How a TAB is shown.
enum class Tabs : std::uint8_t {
  visible,  ///< as `\t`: in a value it is seldom meant
  blanks,   ///< as four blanks: in a file it is layout
};

/// A value as it is shown, before anything is cut: hidden characters as escapes, secrets as `…`, and quotes around its
/// strings when there is more than one. Ends in a blank cell, so that the place behind the value can be pointed at.
class Strip {
 public:
  Strip(std::string_view value, std::span<const std::uint32_t> joins, std::span<const text::Span> secrets,
        Tabs tabs = Tabs::visible);

  [[nodiscard]] const std::vector<Cell>& cells() const noexcept { return cells_; }
  /// The cells of a span: at least one. An empty span is the cell of its byte, the blank between two strings where
  /// they join, or the cell behind the last byte.
  [[nodiscard]] Range cells_of(text::Span span) const noexcept;
  /// The columns that a range of cells takes.
  [[nodiscard]] std::size_t width(Range cells) const noexcept { return offsets_[cells.end] - offsets_[cells.start]; }
  /// All that there is to show, without the blank at the end.
  [[nodiscard]] Range content() const noexcept { return {0, cells_.size() - 1}; }

 private:
  void add_sign(std::string_view text, std::size_t offset);
  [[nodiscard]] std::size_t first_past(std::uint32_t offset) const noexcept;
  [[nodiscard]] Range place_of(std::uint32_t offset) const noexcept;

  std::vector<Cell> cells_;
  std::vector<std::size_t> offsets_;  // of each cell's first column, and of the end
};

}  // namespace envelint::render
