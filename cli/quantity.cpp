#include "quantity.hpp"

#include <envelint/text/ascii.hpp>

#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace cli {
namespace {

constexpr double kLongest = 86'400'000;  // milliseconds: a day

using Unit = std::pair<std::string_view, double>;
// What ends in another one's letter stands before it.
constexpr std::array<Unit, 4> kTimes{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
constexpr std::array<std::pair<char, unsigned>, 3> kSizes{{{'k', 10}, {'m', 20}, {'g', 30}}};

/// The number, if that is all there is.
template <class Number>
std::optional<Number> number(std::string_view text) {
  Number out{};
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  double unit = 1000;
  for (const auto& [name, size] : kTimes) {
    if (!text.ends_with(name)) continue;
    text.remove_suffix(name.size());
    unit = size;
    break;
  }
  const auto count = number<double>(text);
  if (!count || !(*count * unit >= 1 && *count * unit <= kLongest)) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*count * unit));
}

std::optional<std::uint64_t> parse_octets(std::string_view text) {
  unsigned shift = 0;
  for (const auto& [letter, bits] : kSizes) {
    if (text.empty() || envelint::text::to_lower(text.back()) != letter) continue;
    text.remove_suffix(1);
    shift = bits;
    break;
  }
  const auto count = number<std::uint64_t>(text);
  if (!count || *count > std::numeric_limits<std::uint64_t>::max() >> shift) return std::nullopt;
  return *count << shift;
}

}  // namespace cli
