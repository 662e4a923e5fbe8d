#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint receive`: the SMTP test receiver.
void add_receive(CommandLine& line);

}  // namespace cli
