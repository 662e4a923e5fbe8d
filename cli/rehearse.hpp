#pragma once

#include "command_line.hpp"

namespace cli {

/// Adds `envelint rehearse`: tries out a domain's mail from its zone files and keys before any of it is published.
void add_rehearse(CommandLine& line);

}  // namespace cli
