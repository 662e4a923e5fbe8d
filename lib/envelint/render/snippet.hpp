#pragma once

#include <envelint/render/paint.hpp>
#include <envelint/render/strip.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {

/// A place in a text to be pointed at.
struct Mark {
  text::Span span;             ///< an empty span is the place before its byte, and gets one sign
  char sign = '^';             ///< drawn under every column of the span
  Style style = Style::plain;  ///< of the signs and the label
  std::string label;           ///< set beside or below the signs; may be empty; made visible here
};

/// A text and the places in it that matter.
struct Excerpt {
  std::string_view value;                ///< any bytes; made visible here
  std::span<const std::uint32_t> joins;  ///< where a second and later string begins: the strings are then quoted
  std::span<const text::Span> secrets;   ///< bytes to show as one `…`
  std::vector<Mark> marks;
  Tabs tabs = Tabs::visible;
};

/// A piece of a row in one style.
struct Run {
  std::string text;
  Style style = Style::plain;
};

/// One row of a snippet: text of the value, or signs and labels below it.
struct Row {
  bool is_text = false;
  std::vector<Run> runs;
};

/// Lays out an excerpt as rows of at most `width` columns: the value with signs under its marks and labels beside or
/// below them, as rustc does. A value that is too long is cut to windows around the marks, the cuts shown as `…`;
/// marks that do not fit side by side follow each other on further rows. Without marks the start of the value is shown.
///
/// @param width  at least 26; labels wrap, so no row is wider
[[nodiscard]] std::vector<Row> draw(const Excerpt& excerpt, std::size_t width);

}  // namespace envelint::render
