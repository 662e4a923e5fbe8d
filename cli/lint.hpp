#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint lint` to the program.
void add_lint(CommandLine& line);

}  // namespace cli
