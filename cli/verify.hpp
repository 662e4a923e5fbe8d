#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint verify` to the program.
void add_verify(CommandLine& line);

}  // namespace cli
