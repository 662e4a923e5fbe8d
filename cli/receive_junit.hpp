#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// One thing that was expected, as a test case of a CI job.
struct JunitCase {
  std::string suite;  ///< what it was expected of: `message 1: Hello`. May hold bytes of others, like all of it
  std::string name;   ///< `dmarc=pass`
  std::optional<std::string> failure;
};

/// A report in the form of JUnit, which CI systems show. Characters that XML cannot hold are made visible.
[[nodiscard]] std::string junit_report(const std::vector<JunitCase>& cases, std::chrono::milliseconds took);

}  // namespace cli
