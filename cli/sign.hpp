#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint sign` to the program.
void add_sign(CommandLine& line);

}  // namespace cli
