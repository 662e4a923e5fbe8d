#pragma once

#include <envelint/render/paint.hpp>
#include <envelint/render/wrap.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::render {

/// Where prose is set.
struct ProseLayout {
  std::size_t width = 80;
  std::size_t used = 0;  ///< columns already taken on the first line
  std::size_t hang = 0;  ///< indentation of the other lines
  LongWord long_word = LongWord::shorten;
};

/// Appends text as lines, each ended by a line feed, code between backquotes set apart by colour.
/// The text may be any bytes: it is made visible here.
void append_prose(std::string& out, const Painter& paint, Style style, std::string_view text, ProseLayout layout);

}  // namespace envelint::render
