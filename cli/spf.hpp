#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint spf` to the program.
void add_spf(CommandLine& line);

}  // namespace cli
