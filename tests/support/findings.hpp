#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/text/tag_list.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

/// Findings as tests state them: the id of the code and the text it underlines, `STS005 "2024-01-01"`.
namespace envelint::test {

[[nodiscard]] inline std::vector<std::string> shown(std::string_view value, const finding::Findings& findings) {
  std::vector<std::string> out;
  for (const finding::Finding& finding : findings.items()) {
    out.push_back(fmt::format("{} \"{}\"", finding::entry(finding.code).id, text::slice(value, finding.span)));
  }
  return out;
}

/// The value with every fix of these findings made, safe ones and suggested ones.
[[nodiscard]] inline std::string mended(std::string_view value, const finding::Findings& findings) {
  std::vector<finding::Edit> edits;
  for (const finding::Finding& finding : findings.items()) {
    if (finding.fix) edits.insert(edits.end(), finding.fix->edits.begin(), finding.fix->edits.end());
  }
  return finding::apply(value, std::move(edits));
}

/// Whether edits of different findings touch the same bytes.
[[nodiscard]] inline bool fixes_overlap(const finding::Findings& findings) {
  std::vector<finding::Span> spans;
  for (const finding::Finding& finding : findings.items()) {
    if (!finding.fix) continue;
    for (const finding::Edit& edit : finding.fix->edits) {
      for (const finding::Span span : spans) {
        if (span.overlaps(edit.span)) return true;
      }
      spans.push_back(edit.span);
    }
  }
  return false;
}

}  // namespace envelint::test
