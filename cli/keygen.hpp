#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint keygen` to the program.
void add_keygen(CommandLine& line);

}  // namespace cli
