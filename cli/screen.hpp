#pragma once

#include <cstddef>

namespace cli {

/// What standard output is, as far as layout goes.
struct Screen {
  bool colour = false;     ///< a terminal that shows colours, and NO_COLOR is not set
  std::size_t width = 80;  ///< columns; COLUMNS in the environment overrides the terminal's own
};

/// Looks at standard output and the environment (no-color.org, TERM).
[[nodiscard]] Screen standard_output();

}  // namespace cli
