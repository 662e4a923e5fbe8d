#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint inbox` to the program: mail that was received and kept.
void add_inbox(CommandLine& line);

}  // namespace cli
