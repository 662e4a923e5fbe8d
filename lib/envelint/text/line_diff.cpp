#include <envelint/text/line_diff.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace envelint::text {
namespace {

constexpr std::size_t kContext = 3;

using Lines = std::vector<std::string_view>;

// Lines keep their newline, so that a last line without one differs from one with it.
Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t size = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

/// One line of the result: kept, removed from `before`, or added from `after`.
struct Step {
  char sign;
  std::string_view line;
};

// The furthest line of `before` reached on each diagonal, for each number of edits (Myers 1986).
using Trace = std::vector<std::vector<int>>;

class Differ {
 public:
  Differ(const Lines& before, const Lines& after) : a_(before), b_(after) {
    while (head_ < a_.size() && head_ < b_.size() && a_[head_] == b_[head_]) ++head_;
    while (tail_ < a_.size() - head_ && tail_ < b_.size() - head_ &&
           a_[a_.size() - 1 - tail_] == b_[b_.size() - 1 - tail_]) {
      ++tail_;
    }
  }

  std::vector<Step> steps() {
    std::vector<Step> out;
    for (std::size_t i = 0; i < head_; ++i) out.push_back({' ', a_[i]});
    const std::vector<Step> middle = find_middle();
    out.insert(out.end(), middle.begin(), middle.end());
    for (std::size_t i = a_.size() - tail_; i < a_.size(); ++i) out.push_back({' ', a_[i]});
    return out;
  }

 private:
  [[nodiscard]] int rows() const { return static_cast<int>(a_.size() - head_ - tail_); }
  [[nodiscard]] int columns() const { return static_cast<int>(b_.size() - head_ - tail_); }
  [[nodiscard]] std::string_view a(int i) const { return a_[head_ + static_cast<std::size_t>(i)]; }
  [[nodiscard]] std::string_view b(int i) const { return b_[head_ + static_cast<std::size_t>(i)]; }

  static std::size_t index(int diagonal, int edits) { return static_cast<std::size_t>(diagonal + edits + 1); }

  // The row from which a path of one edit more reaches this diagonal.
  static int start_row(const std::vector<int>& reached, int diagonal, int edits) {
    const int down = reached[index(diagonal + 1, edits)];
    const int right = reached[index(diagonal - 1, edits)] + 1;
    return diagonal == -edits || (diagonal != edits && right - 1 < down) ? down : right;
  }

  std::vector<Step> find_middle() {
    Trace trace;
    std::vector<int> reached(3, 0);
    for (int edits = 0; edits <= std::min(rows() + columns(), kMaxLineEdits); ++edits) {
      std::vector<int> next(static_cast<std::size_t>(2 * edits + 5), 0);
      for (int diagonal = -edits; diagonal <= edits; diagonal += 2) {
        int row = edits == 0 ? 0 : start_row(reached, diagonal, edits);
        while (row < rows() && row - diagonal < columns() && a(row) == b(row - diagonal)) ++row;
        next[index(diagonal, edits + 1)] = row;
        if (row < rows() || row - diagonal < columns()) continue;
        trace.push_back(std::move(reached));
        return walk_back(trace);
      }
      trace.push_back(std::move(reached));
      reached = std::move(next);
    }
    return replace_all();
  }

  std::vector<Step> walk_back(const Trace& trace) const {
    std::vector<Step> out;
    int row = rows();
    int column = columns();
    for (int edits = static_cast<int>(trace.size()) - 1; edits > 0; --edits) {
      const int diagonal = row - column;
      const std::vector<int>& reached = trace[static_cast<std::size_t>(edits)];
      const int down = reached[index(diagonal + 1, edits)];
      const int right = reached[index(diagonal - 1, edits)] + 1;
      const bool added = diagonal == -edits || (diagonal != edits && right - 1 < down);
      const int start = added ? down : right;
      for (; row > start; --column) out.push_back({' ', a(--row)});
      if (added) {
        out.push_back({'+', b(--column)});
      } else {
        out.push_back({'-', a(--row)});
      }
    }
    while (row > 0) out.push_back({' ', a(--row)});
    std::ranges::reverse(out);
    return out;
  }

  [[nodiscard]] std::vector<Step> replace_all() const {
    std::vector<Step> out;
    for (int i = 0; i < rows(); ++i) out.push_back({'-', a(i)});
    for (int i = 0; i < columns(); ++i) out.push_back({'+', b(i)});
    return out;
  }

  const Lines& a_;
  const Lines& b_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

void append_line(std::string& out, const Step& step) {
  out += step.sign;
  out += step.line;
  if (!step.line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

std::string range(std::size_t lines_before, std::size_t count) {
  const std::size_t first = count == 0 ? lines_before : lines_before + 1;
  return std::to_string(first) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after) return {};
  const Lines a = split(before);
  const Lines b = split(after);
  const std::vector<Step> steps = Differ(a, b).steps();
  path.remove_prefix(std::min(path.find_first_not_of('/'), path.size()));
  std::string out = "--- a/" + std::string(path) + "\n+++ b/" + std::string(path) + "\n";
  std::size_t line_a = 0;
  std::size_t line_b = 0;
  std::size_t i = 0;
  const auto count = [](char sign, std::size_t& in_a, std::size_t& in_b) {
    in_a += sign != '+';
    in_b += sign != '-';
  };
  while (true) {
    std::size_t change = i;
    while (change < steps.size() && steps[change].sign == ' ') ++change;
    if (change == steps.size()) return out;
    const std::size_t start = change - std::min(change - i, kContext);
    for (; i < start; ++i) count(steps[i].sign, line_a, line_b);
    // A hunk goes on while the next change is within twice the context.
    std::size_t end = change;
    for (std::size_t k = change; k < steps.size() && k <= end + 2 * kContext; ++k) {
      if (steps[k].sign != ' ') end = k;
    }
    end = std::min(end + 1 + kContext, steps.size());
    std::size_t in_a = 0;
    std::size_t in_b = 0;
    std::string body;
    for (; i < end; ++i) {
      count(steps[i].sign, in_a, in_b);
      append_line(body, steps[i]);
    }
    out += "@@ -" + range(line_a, in_a) + " +" + range(line_b, in_b) + " @@\n" + body;
    line_a += in_a;
    line_b += in_b;
  }
}

}  // namespace envelint::text
