#pragma once

#include <envelint/text/span.hpp>

#include <cstdint>
#include <vector>

namespace envelint::text {

/// A stretch of a value that stands in a file as it is: value bytes from `value_start` up to the next segment are
/// file bytes from `file_start` on. A character written as an escape is a segment of its own, `width` file bytes
/// wide for one value byte; `width` is 1 otherwise.
struct SourceSegment {
  std::uint32_t value_start = 0;
  std::uint32_t file_start = 0;
  std::uint32_t width = 1;
};

/// Where the bytes of a value stand in the file it was read from. Empty when the file does not hold them as text.
struct SourceMap {
  std::vector<SourceSegment> segments;  ///< by `value_start`, ascending

  [[nodiscard]] bool empty() const noexcept { return segments.empty(); }
  /// The file bytes of a span of the value: from its first byte to its last, whatever stands between them.
  /// An empty span is the place before its byte. Call it only on a map that is not empty.
  [[nodiscard]] Span to_file(Span value) const noexcept;
  /// Whether the file bytes of the span are the value's bytes and nothing else: no join, no escape.
  [[nodiscard]] bool is_verbatim(Span value) const noexcept;
};

}  // namespace envelint::text
