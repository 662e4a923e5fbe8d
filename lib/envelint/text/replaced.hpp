#pragma once

#include <string>
#include <string_view>

namespace envelint::text {

/// A text with every `from` in it made `to`, from the left, each once. `from` is not empty.
[[nodiscard]] inline std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t at = text.find(from);
    out.append(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    out.append(to);
    text.remove_prefix(at + from.size());
  }
}

}  // namespace envelint::text
