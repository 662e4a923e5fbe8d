#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// `$GENERATE`, which makes many records of one line. BIND's invention; not in RFC 1035.
namespace envelint::dns {

/// `start-stop[/step]`
struct GenerateRange {
  std::uint32_t start = 0;
  std::uint32_t stop = 0;
  std::uint32_t step = 1;

  /// How many numbers the range has, at least one.
  [[nodiscard]] std::uint64_t count() const noexcept { return (std::uint64_t{stop} - start) / step + 1; }
};

/// Numbers up to 2^31-1; nothing when the word is no range, the step is zero or the end lies before the start.
[[nodiscard]] std::optional<GenerateRange> parse_generate_range(std::string_view word) noexcept;

/// Puts a number in the place of every `$` and `${offset[,width[,base]]}` of a template (base d, o, x, X, n or N).
/// `$$` and `\$` stand for a dollar sign. Gives the reason when a `${…}` cannot be read.
[[nodiscard]] std::expected<std::string, std::string> generate(std::string_view pattern, std::uint32_t number);

}  // namespace envelint::dns
