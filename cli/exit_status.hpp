#pragma once

namespace cli {

/// The exit statuses all commands share.
enum ExitStatus : int {
  kOk = 0,
  kFindings = 1,  ///< something at or above --fail-on, or an expectation that was not met
  kUsage = 2,     ///< wrong usage, or input that cannot be read
  kUnknown = 3,   ///< DNS would not say
};

}  // namespace cli
