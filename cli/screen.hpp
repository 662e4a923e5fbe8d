#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cli {

/// What standard output is, as far as layout goes.
struct Screen {
  bool terminal = false;   ///< somebody looks at it
  bool colour = false;     ///< a terminal that shows colours, and NO_COLOR is not set
  std::size_t width = 80;  ///< columns; COLUMNS in the environment overrides the terminal's own
};

/// Looks at standard output and the environment (no-color.org, TERM).
[[nodiscard]] Screen standard_output();

/// `text` with its line ends and TABs kept, and all else that hides or that a terminal would obey made visible.
[[nodiscard]] std::string visible_lines(std::string_view text);

/// Writes out what is still buffered for standard output.
/// @return false, after a word on standard error, when not all of the output could be written.
[[nodiscard]] bool flush_output();

}  // namespace cli
