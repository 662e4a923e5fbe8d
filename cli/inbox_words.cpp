#include "inbox_words.hpp"

#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

namespace cli {

using namespace envelint;

std::string greeting(smtp::Hello hello, std::string_view name) {
  const std::string_view word = hello == smtp::Hello::none ? "no greeting" : to_string(hello);
  return name.empty() ? std::string(word) : fmt::format("{} {}", word, text::visible(name));
}

std::string seconds_between(std::int64_t start_ms, std::int64_t end_ms) {
  // Without a sign, so that no two times are too far apart.
  const auto start = static_cast<std::uint64_t>(start_ms);
  const std::uint64_t tenths = end_ms < start_ms ? 0 : (static_cast<std::uint64_t>(end_ms) - start) / 100;
  return fmt::format("{}.{}", tenths / 10, tenths % 10);
}

}  // namespace cli
