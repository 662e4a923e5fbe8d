#pragma once

#include <envelint/render/snippet.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {

/// Rows of terminal columns that can be written in any order.
class Canvas {
 public:
  /// Writes text that has been made visible from a column on; what stood there is overwritten.
  void put(std::size_t row, std::size_t column, std::string_view text, Style style);
  /// Writes one sign where nothing stands yet.
  void put_if_blank(std::size_t row, std::size_t column, char sign, Style style);

  [[nodiscard]] std::size_t row_count() const noexcept { return rows_.size(); }
  /// A row as pieces of one style each, without blanks at its end.
  [[nodiscard]] std::vector<Run> runs(std::size_t row) const;

 private:
  struct Square {
    std::string text = " ";  // empty: the second column of the character before it
    Style style = Style::plain;
  };

  Square& at(std::size_t row, std::size_t column);

  std::vector<std::vector<Square>> rows_;
};

}  // namespace envelint::render
