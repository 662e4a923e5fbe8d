#pragma once

#include <cstddef>
#include <cstdint>

namespace envelint::text {

/// A half-open range of byte offsets [start, end) in some text. What the text is, the holder says:
/// most often the joined value of a TXT record.
struct Span {
  std::uint32_t start = 0;
  std::uint32_t end = 0;

  [[nodiscard]] constexpr std::uint32_t size() const noexcept { return end - start; }
  [[nodiscard]] constexpr bool empty() const noexcept { return start == end; }
  [[nodiscard]] constexpr bool contains(std::size_t offset) const noexcept { return start <= offset && offset < end; }
  [[nodiscard]] constexpr bool overlaps(Span other) const noexcept { return start < other.end && other.start < end; }
  friend constexpr bool operator==(Span, Span) noexcept = default;
};

/// A span from sizes as the standard library counts them. Texts here are bounded far below 4 GiB.
[[nodiscard]] constexpr Span span_of(std::size_t start, std::size_t end) noexcept {
  return Span{static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)};
}

}  // namespace envelint::text
