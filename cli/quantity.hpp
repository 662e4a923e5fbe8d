#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cli {

/// A time as people write it: `30`, `30s`, `1.5m`, `500ms`, `2h`. From a millisecond to a day.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// A number of octets: `1000`, `64k`, `25M`, `2G`, where k is 1024.
[[nodiscard]] std::optional<std::uint64_t> parse_octets(std::string_view text);

}  // namespace cli
