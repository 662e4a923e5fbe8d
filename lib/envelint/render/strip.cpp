#include <envelint/render/strip.hpp>

#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <utility>

namespace envelint::render {

Strip::Strip(std::string_view value, std::span<const std::uint32_t> joins, std::span<const text::Span> secrets,
             Tabs tabs) {
  const bool quoted = !joins.empty();
  cells_.reserve(value.size() + 3 * joins.size() + 3);
  if (quoted) add_sign("\"", 0);
  std::size_t next_join = 0;
  const auto add_joins = [&](std::size_t i) {
    for (; next_join < joins.size() && joins[next_join] <= i; ++next_join) {
      for (const char* sign : {"\"", " ", "\""}) add_sign(sign, i);
    }
  };
  for (std::size_t i = 0; i < value.size();) {
    add_joins(i);
    const std::size_t border =
        next_join < joins.size() ? std::min<std::size_t>(joins[next_join], value.size()) : value.size();
    const auto secret = std::ranges::find_if(secrets, [&](text::Span span) { return span.contains(i); });
    if (secret != secrets.end()) {
      const std::size_t end = std::min<std::size_t>(secret->end, border);
      cells_.push_back({"…", 1, text::span_of(i, end)});
      i = end;
      continue;
    }
    if (value[i] == '\t' && tabs == Tabs::blanks) {
      cells_.push_back({"    ", 4, text::span_of(i, i + 1)});
      ++i;
      continue;
    }
    // A character that a join cuts in two is no character of either string.
    text::Visible shown = text::next_visible(value.substr(i, border - i));
    cells_.push_back({std::move(shown.text), static_cast<std::size_t>(shown.width), text::span_of(i, i + shown.size)});
    i += shown.size;
  }
  add_joins(value.size());
  if (quoted) add_sign("\"", value.size());
  add_sign(" ", value.size());

  offsets_.reserve(cells_.size() + 1);
  offsets_.push_back(0);
  for (const Cell& cell : cells_) offsets_.push_back(offsets_.back() + cell.width);
}

void Strip::add_sign(std::string_view text, std::size_t offset) {
  cells_.push_back({std::string(text), 1, text::span_of(offset, offset)});
}

Range Strip::cells_of(text::Span span) const noexcept {
  if (span.start >= span.end) return place_of(span.start);
  // Cells are in the order of their bytes, so both ends can be searched for.
  const std::size_t first = first_past(span.start);
  const auto last = std::ranges::lower_bound(cells_, span.end, {}, [](const Cell& cell) { return cell.bytes.start; });
  auto end = static_cast<std::size_t>(last - cells_.begin());
  while (end > first && cells_[end - 1].bytes.empty()) --end;
  return first < end ? Range{first, end} : place_of(span.start);
}

std::size_t Strip::first_past(std::uint32_t offset) const noexcept {
  const auto it = std::ranges::upper_bound(cells_, offset, {}, [](const Cell& cell) { return cell.bytes.end; });
  return static_cast<std::size_t>(it - cells_.begin());
}

Range Strip::place_of(std::uint32_t offset) const noexcept {
  const auto is_sign = [&](std::size_t i, std::string_view text) {
    return cells_[i].bytes.empty() && cells_[i].text == text;
  };
  std::size_t place = first_past(offset);
  if (place == cells_.size()) {
    --place;
    if (place > 0 && is_sign(place - 1, "\"")) --place;
  } else if (place >= 3 && is_sign(place - 1, "\"") && is_sign(place - 2, " ")) {
    // Only at a join: elsewhere a character stands before the place.
    if (cells_[place - 1].bytes.start == offset) place -= 2;
  }
  return {place, place + 1};
}

}  // namespace envelint::render
