#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {

/// Columns that `text` takes, which is UTF-8 and has been made visible.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// What to do with a word, or code between backquotes, that does not fit on a line by itself.
enum class LongWord : std::uint8_t {
  keep,     ///< it stands on a line of its own and is wider: it is there to be copied
  shorten,  ///< its middle gives way to `…`: the whole stands elsewhere
};

/// `text` with its middle replaced by `…` so that it takes at most `width` columns (at least 3).
[[nodiscard]] std::string shorten(std::string_view text, std::size_t width);

/// Breaks text into lines at its spaces, by display width: the first line has `first` columns, the others `rest`.
/// Code between backquotes stays together if it fits on a line. At least one line is returned.
///
/// @param text  UTF-8 that has been made visible
[[nodiscard]] std::vector<std::string> wrap(std::string_view text, std::size_t first, std::size_t rest,
                                            LongWord policy);

}  // namespace envelint::render
