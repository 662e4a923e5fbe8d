#include <envelint/render/snippet.hpp>

#include <envelint/render/canvas.hpp>
#include <envelint/render/window.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <utility>

namespace envelint::render {
namespace {

constexpr std::size_t kGap = 2;          // columns between two labels on one row
constexpr std::size_t kLeastLabel = 20;  // a label is not squeezed into fewer columns

/// A mark whose columns on the row are known.
struct Placed {
  const Mark* mark;
  Range columns;
  std::string label;  // made visible
};

/// Draws the signs of one row and its labels.
class Annotations {
 public:
  explicit Annotations(std::size_t width) : width_(width) {}

  [[nodiscard]] Canvas draw(std::vector<Placed> marks) {
    std::ranges::stable_sort(marks, {}, [](const Placed& placed) { return placed.columns.start; });
    draw_signs(marks);
    draw_inline_label(marks);
    // From right to left, so that lines down to labels cross no label.
    for (std::size_t i = marks.size(); i-- > 0;) {
      if (marks[i].label.empty()) continue;
      const std::size_t room_from = i > 0 ? marks[i - 1].columns.start + 2 : 0;
      draw_label(marks[i], room_from);
    }
    return std::move(canvas_);
  }

 private:
  // Wider marks first, so that a mark inside another stays to be seen.
  void draw_signs(const std::vector<Placed>& marks) {
    std::vector<const Placed*> order;
    for (const Placed& placed : marks) order.push_back(&placed);
    std::ranges::stable_sort(order, std::ranges::greater{}, [](const Placed* p) { return p->columns.size(); });
    for (const Placed* placed : order) {
      const std::string signs(placed->columns.size(), placed->mark->sign);
      canvas_.put(0, placed->columns.start, signs, placed->mark->style);
    }
  }

  /// The label of the rightmost signs stands beside them if it fits.
  void draw_inline_label(std::vector<Placed>& marks) {
    const auto rightmost = std::ranges::max_element(marks, {}, [](const Placed& placed) {
      return std::pair(placed.columns.end, placed.columns.start);
    });
    if (rightmost == marks.end() || rightmost->label.empty()) return;
    const std::size_t start = rightmost->columns.end + 1;
    if (start + columns(rightmost->label) > width_) return;
    canvas_.put(0, start, rightmost->label, rightmost->mark->style);
    rightmost->label.clear();
  }

  /// Sets a label below its signs, on the first rows where it does not run into one set before.
  void draw_label(const Placed& placed, std::size_t room_from) {
    const std::size_t anchor = placed.columns.start;
    std::vector<std::string> lines{placed.label};
    if (anchor + columns(placed.label) > width_) {
      const std::size_t room = width_ - std::min(room_from, width_ - kLeastLabel);
      lines = wrap(placed.label, room, room, LongWord::shorten);
    }
    std::size_t widest = 0;
    for (const std::string& line : lines) widest = std::max(widest, columns(line));
    const std::size_t start = std::min(anchor, width_ - widest);

    const std::size_t top = first_row_for(start + widest, lines.size());
    for (std::size_t row = 1; row < top; ++row) {
      canvas_.put_if_blank(row, anchor, '|', placed.mark->style);
      occupy(row, anchor);
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      canvas_.put(top + i, start, lines[i], placed.mark->style);
      occupy(top + i, start);
    }
  }

  [[nodiscard]] std::size_t first_row_for(std::size_t end, std::size_t height) const {
    std::size_t top = 1;
    for (std::size_t row = top; row < taken_from_.size() && row < top + height; ++row) {
      if (end + kGap > taken_from_[row]) top = row + 1;
    }
    return top;
  }

  void occupy(std::size_t row, std::size_t column) {
    if (taken_from_.size() <= row) taken_from_.resize(row + 1, width_ + kGap);
    taken_from_[row] = std::min(taken_from_[row], column);
  }

  std::size_t width_;
  Canvas canvas_;
  std::vector<std::size_t> taken_from_;  // by row: the leftmost column in use
};

std::vector<Run> text_runs(const Strip& strip, const std::vector<Range>& shown) {
  std::vector<Run> runs;
  const auto add = [&](std::string_view text, Style style) {
    if (runs.empty() || runs.back().style != style) runs.push_back({"", style});
    runs.back().text += text;
  };
  if (shown.front().start > 0) add("…", Style::frame);
  for (const Range& range : shown) {
    if (&range != &shown.front()) add(" … ", Style::frame);
    // The blank behind the value is there to be pointed at, not to be written.
    for (std::size_t i = range.start; i < std::min(range.end, strip.content().end); ++i) {
      const Cell& cell = strip.cells()[i];
      const bool sign = cell.bytes.empty() || cell.text == "…";
      add(cell.text, sign ? Style::faint : Style::plain);
    }
  }
  if (shown.back().end < strip.content().end) add("…", Style::frame);
  return runs;
}

/// The column at which a cell that is shown stands on the row.
std::size_t column_of(const Strip& strip, const std::vector<Range>& shown, std::size_t cell) {
  std::size_t column = shown.front().start > 0 ? 1 : 0;
  for (const Range& range : shown) {
    if (&range != &shown.front()) column += kCut;
    if (cell < range.end) return column + strip.width({range.start, cell});
    column += strip.width(range);
  }
  return column;
}

}  // namespace

std::vector<Row> draw(const Excerpt& excerpt, std::size_t width) {
  const Strip strip(excerpt.value, excerpt.joins, excerpt.secrets, excerpt.tabs);
  std::vector<Range> cells;
  for (const Mark& mark : excerpt.marks) cells.push_back(strip.cells_of(mark.span));

  std::vector<Row> rows;
  for (const Window& window : choose_windows(strip, cells, width)) {
    rows.push_back({true, text_runs(strip, window.shown)});
    std::vector<Placed> placed;
    for (const std::size_t i : window.marks) {
      const std::size_t last = cells[i].end - 1;
      const Range columns{column_of(strip, window.shown, cells[i].start),
                          column_of(strip, window.shown, last) + strip.width({last, last + 1})};
      placed.push_back({&excerpt.marks[i], columns, text::visible(excerpt.marks[i].label)});
    }
    const Canvas canvas = Annotations(width).draw(std::move(placed));
    for (std::size_t i = 0; i < canvas.row_count(); ++i) rows.push_back({false, canvas.runs(i)});
  }
  return rows;
}

}  // namespace envelint::render
