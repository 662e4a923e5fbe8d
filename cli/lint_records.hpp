#pragma once

#include "lint_options.hpp"

namespace cli {

/// `lint --record`: judges one pasted record, or with --fix prints it mended.
/// @return the exit status.
int lint_record(const LintTask& task);

/// `lint -`: judges a record a line from standard input.
/// @return the exit status.
int lint_lines(const LintTask& task);

}  // namespace cli
