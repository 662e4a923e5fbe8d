#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/text/span.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::render {

/// A place of a corrected value that is not as it was.
struct Change {
  text::Span span;        ///< in the corrected value; empty where something was only taken away
  bool replaces = false;  ///< stands where something else stood
};

/// A value with the edits of a fix made, and what there is to point at.
struct Corrected {
  std::string value;
  std::vector<Change> changes;
  std::vector<text::Span> secrets;  ///< what is left of the secrets, and text that was put in their place
};

/// Makes the edits, which must lie within `value` and not overlap.
[[nodiscard]] Corrected correct(std::string_view value, const finding::Fix& fix, std::span<const text::Span> secrets);

}  // namespace envelint::render
