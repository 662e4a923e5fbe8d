#pragma once

#include "lint_options.hpp"

namespace cli {

/// `lint DOMAIN…`: looks domains up in DNS and judges what stands there.
/// @return the exit status.
int lint_domains(const LintTask& task);

}  // namespace cli
