#include <envelint/render/window.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace envelint::render {
namespace {

constexpr std::size_t kLongWord = 40;  // columns; a shorter word is shown whole or not at all

/// Makes windows for one strip and one row width.
class Chooser {
 public:
  Chooser(const Strip& strip, std::span<const Range> marks, std::size_t width)
      : strip_(strip), marks_(marks), width_(width) {}

  /// The ends of the marks, `cap` columns of each at most; nothing when they do not fit on a row.
  [[nodiscard]] std::vector<Range> essence(std::span<const std::size_t> marks) const {
    for (const std::size_t cap : {width_ - 10, width_ / 2, width_ / 3, std::size_t{12}}) {
      std::vector<Range> shown;
      for (const std::size_t mark : marks) add_ends(marks_[mark], cap, shown);
      shown = tidy(std::move(shown));
      if (row_width(strip_, shown) <= width_) return shown;
    }
    return {};
  }

  /// Takes words on both sides of each window, in turn, while there is room; of a long word, a part.
  [[nodiscard]] std::vector<Range> grow(std::vector<Range> shown) const {
    for (bool grown = true; grown;) {
      grown = false;
      for (std::size_t i = 0; i < shown.size(); ++i) {
        for (const bool left : {true, false}) grown |= i < shown.size() && take_word(shown, i, left);
      }
    }
    return shown;
  }

 private:
  void add_ends(Range mark, std::size_t cap, std::vector<Range>& shown) const {
    if (strip_.width(mark) <= cap) {
      shown.push_back(mark);
      return;
    }
    Range first{mark.start, mark.start + 1};
    while (strip_.width({first.start, first.end + 1}) <= cap / 2) ++first.end;
    Range last{mark.end - 1, mark.end};
    while (strip_.width({last.start - 1, last.end}) <= cap / 2) --last.start;
    shown.push_back(first);
    shown.push_back(last);
  }

  /// Sorted and joined; what is no wider than the sign for its absence is shown.
  [[nodiscard]] std::vector<Range> tidy(std::vector<Range> shown) const {
    std::ranges::sort(shown, {}, &Range::start);
    std::vector<Range> out;
    for (const Range range : shown) {
      if (!out.empty() && (range.start <= out.back().end || strip_.width({out.back().end, range.start}) <= kCut)) {
        out.back().end = std::max(out.back().end, range.end);
      } else {
        out.push_back(range);
      }
    }
    const Range content = strip_.content();
    if (!out.empty() && strip_.width({0, out.front().start}) <= 1) out.front().start = 0;
    if (!out.empty() && out.back().end < content.end && strip_.width({out.back().end, content.end}) <= 1) {
      out.back().end = content.end;
    }
    return out;
  }

  [[nodiscard]] bool is_blank(std::size_t cell) const { return strip_.cells()[cell].text == " "; }

  /// The word beside a window, up to the blank on its far side.
  [[nodiscard]] Range word_beside(Range window, bool left) const {
    Range word = left ? Range{window.start, window.start} : Range{window.end, window.end};
    if (left) {
      while (word.start > 0 && (word.size() == 0 || !is_blank(word.start))) --word.start;
    } else {
      while (word.end < strip_.content().end && (word.size() == 0 || !is_blank(word.end - 1))) ++word.end;
    }
    return word;
  }

  [[nodiscard]] bool take_word(std::vector<Range>& shown, std::size_t i, bool left) const {
    const Range word = word_beside(shown[i], left);
    if (word.size() == 0) return false;
    if (take(shown, i, word)) return true;
    if (strip_.width(word) <= kLongWord) return false;
    return take(shown, i, left ? Range{word.end - 1, word.end} : Range{word.start, word.start + 1});
  }

  [[nodiscard]] bool take(std::vector<Range>& shown, std::size_t i, Range cells) const {
    std::vector<Range> wider = shown;
    wider[i] = {std::min(wider[i].start, cells.start), std::max(wider[i].end, cells.end)};
    wider = tidy(std::move(wider));
    if (row_width(strip_, wider) > width_) return false;
    shown = std::move(wider);
    return true;
  }

  const Strip& strip_;
  std::span<const Range> marks_;
  std::size_t width_;
};

std::vector<std::size_t> in_order(std::span<const Range> marks) {
  std::vector<std::size_t> order(marks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return std::pair(marks[i].start, marks[i].end); });
  return order;
}

}  // namespace

std::size_t row_width(const Strip& strip, std::span<const Range> shown) noexcept {
  if (shown.empty()) return 0;
  std::size_t sum = (shown.size() - 1) * kCut;
  for (const Range range : shown) sum += strip.width(range);
  if (shown.front().start > 0) ++sum;
  if (shown.back().end < strip.content().end) ++sum;
  return sum;
}

std::vector<Window> choose_windows(const Strip& strip, std::span<const Range> marks, std::size_t width) {
  const std::vector<std::size_t> order = in_order(marks);
  // A mark behind the value needs the blank there.
  Range all = strip.content();
  for (const Range mark : marks) all.end = std::max(all.end, mark.end);
  if (strip.width(all) <= width) return {{{all}, order}};

  const Chooser chooser(strip, marks, width);
  if (marks.empty()) return {{chooser.grow({{0, 1}}), {}}};
  std::vector<Window> windows;
  for (std::size_t done = 0; done < order.size();) {
    Window window;
    for (std::size_t end = done + 1; end <= order.size(); ++end) {
      std::vector<Range> shown = chooser.essence(std::span(order).subspan(done, end - done));
      if (shown.empty()) break;
      window = {std::move(shown),
                {order.begin() + static_cast<std::ptrdiff_t>(done), order.begin() + static_cast<std::ptrdiff_t>(end)}};
    }
    done += window.marks.size();
    window.shown = chooser.grow(std::move(window.shown));
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace envelint::render
