#pragma once

#include <chrono>
#include <cstdint>

namespace cli {

/// The time now in seconds since 1970, for commands that are not told one.
[[nodiscard]] inline std::uint64_t unix_time() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now).count());
}

}  // namespace cli
