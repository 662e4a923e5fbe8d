#pragma once

#include <string>
#include <string_view>

namespace envelint::spf {

/// The parts one after the other, at the cost of one allocation: reasons are composed for every message.
template <typename... Parts>
[[nodiscard]] std::string joined(const Parts&... parts) {
  std::string out;
  out.reserve((std::string_view(parts).size() + ...));
  (out.append(std::string_view(parts)), ...);
  return out;
}

}  // namespace envelint::spf
