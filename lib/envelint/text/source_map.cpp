#include <envelint/text/source_map.hpp>

#include <algorithm>

namespace envelint::text {
namespace {

const SourceSegment& segment_at(const std::vector<SourceSegment>& segments, std::uint32_t offset) {
  const auto after = std::ranges::upper_bound(segments, offset, {}, &SourceSegment::value_start);
  return after == segments.begin() ? *after : *(after - 1);
}

std::uint32_t file_offset(const SourceSegment& segment, std::uint32_t offset) {
  return segment.file_start + (offset - segment.value_start) * segment.width;
}

}  // namespace

Span SourceMap::to_file(Span value) const noexcept {
  const std::uint32_t start = file_offset(segment_at(segments, value.start), value.start);
  if (value.empty()) return {start, start};
  // The last byte may be an escape of several file bytes.
  const SourceSegment& last = segment_at(segments, value.end - 1);
  return {start, file_offset(last, value.end - 1) + last.width};
}

bool SourceMap::is_verbatim(Span value) const noexcept {
  const SourceSegment& first = segment_at(segments, value.start);
  if (first.width != 1) return value.empty();
  return value.empty() || &first == &segment_at(segments, value.end - 1);
}

}  // namespace envelint::text
