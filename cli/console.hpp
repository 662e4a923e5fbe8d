#pragma once

#include <cstddef>
#include <string_view>

/// What every command has to know about where it prints, and the exit statuses they share.
namespace cli {

enum ExitStatus : int {
  kOk = 0,
  kFindings = 1,  ///< something at or above --fail-on, or an expectation that was not met
  kUsage = 2,     ///< wrong usage, or input that cannot be read
  kUnknown = 3,   ///< DNS would not say
};

/// Whether to colour standard output: `always`, `never`, or `auto`: on a terminal, unless NO_COLOR is set.
[[nodiscard]] bool wants_colour(std::string_view choice);

/// The columns of the terminal on standard output; 80 when it is none.
[[nodiscard]] std::size_t terminal_width();

}  // namespace cli
