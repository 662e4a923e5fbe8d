#include <envelint/render/canvas.hpp>

#include <envelint/text/utf8.hpp>

namespace envelint::render {

Canvas::Square& Canvas::at(std::size_t row, std::size_t column) {
  if (rows_.size() <= row) rows_.resize(row + 1);
  if (rows_[row].size() <= column) rows_[row].resize(column + 1);
  return rows_[row][column];
}

void Canvas::put(std::size_t row, std::size_t column, std::string_view text, Style style) {
  while (!text.empty()) {
    const text::CodePoint c = text::next_code_point(text);
    at(row, column++) = {std::string(text.substr(0, c.size)), style};
    if (text::display_width(c.value) == 2) at(row, column++) = {"", style};
    text.remove_prefix(c.size);
  }
}

void Canvas::put_if_blank(std::size_t row, std::size_t column, char sign, Style style) {
  Square& square = at(row, column);
  if (square.text == " ") square = {std::string(1, sign), style};
}

std::vector<Run> Canvas::runs(std::size_t row) const {
  const std::vector<Square>& squares = rows_[row];
  std::size_t size = squares.size();
  while (size > 0 && squares[size - 1].text == " ") --size;
  std::vector<Run> out;
  for (std::size_t i = 0; i < size; ++i) {
    // Blanks have no colour of their own: they go on with whatever stands before them.
    const bool blank = squares[i].text == " ";
    if (out.empty() || (!blank && out.back().style != squares[i].style)) out.push_back({"", squares[i].style});
    out.back().text += squares[i].text;
  }
  return out;
}

}  // namespace envelint::render
