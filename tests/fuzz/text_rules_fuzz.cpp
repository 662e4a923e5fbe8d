#include "fuzz.hpp"

#include <envelint/dns/text_rules.hpp>

#include <string>
#include <vector>

using namespace envelint;

// Strings are parted by NUL. Any value is judged without harm, and its fixes can be made together.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> strings(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0) {
      strings.emplace_back();
    } else {
      strings.back().push_back(static_cast<char>(data[i]));
    }
  }
  const dns::Text text(strings);
  finding::Findings findings;
  dns::check_text(text, findings);
  std::vector<finding::Span> changed;
  std::vector<finding::Edit> edits;
  for (const finding::Finding& finding : findings.items()) {
    if (!finding.fix) continue;
    for (const finding::Edit& edit : finding.fix->edits) {
      fuzz_require(edit.span.start <= edit.span.end && edit.span.end <= text.joined().size(),
                   "an edit is in the value");
      for (const finding::Span span : changed) {
        fuzz_require(changed.size() > 1000 || !span.overlaps(edit.span), "edits do not overlap");
      }
      changed.push_back(edit.span);
      edits.push_back(edit);
    }
  }
  (void)finding::apply(text.joined(), std::move(edits));
  return 0;
}
