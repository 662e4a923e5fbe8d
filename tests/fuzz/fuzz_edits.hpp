#pragma once

#include "fuzz.hpp"

#include <envelint/finding/finding.hpp>

#include <algorithm>
#include <cstddef>
#include <vector>

/// Edits lie in a text of `size` bytes, and none touches the bytes of another.
inline void fuzz_edits(std::vector<envelint::finding::Edit> edits, std::size_t size) {
  std::ranges::stable_sort(edits, {}, [](const auto& edit) { return edit.span.start; });
  std::size_t end = 0;
  for (const auto& edit : edits) {
    fuzz_require(edit.span.start <= edit.span.end && edit.span.end <= size, "the edit lies in the value");
    fuzz_require(edit.span.start >= end, "edits do not overlap");
    end = edit.span.end;
  }
}
