#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint send` to the program.
void add_send(CommandLine& line);

}  // namespace cli
