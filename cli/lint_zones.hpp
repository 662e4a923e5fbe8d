#pragma once

#include "lint_options.hpp"

namespace cli {

/// `lint --zone`: judges zone files, and the mail domains in them with the files (and with --overlay the rest of DNS) as
/// the source; with --fix shows or makes the safe fixes.
/// @return the exit status.
int lint_zones(const LintTask& task);

}  // namespace cli
