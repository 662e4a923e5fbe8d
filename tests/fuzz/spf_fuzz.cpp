#include "fuzz_edits.hpp"

#include <envelint/spf/rules.hpp>

#include <string>

using namespace envelint;

/// Any bytes are read as an SPF record, printed and linted. What is printed has the same terms; every span lies in the
/// text; a fix changes it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const spf::Record record = spf::parse(fuzz_text(data, size));
  const std::string printed = spf::print(record);
  fuzz_require(record.version == spf::Version::absent || spf::same_terms(spf::parse(printed), record),
               "what is printed has the same terms");
  finding::Findings findings;
  spf::check(record, findings);
  for (const finding::Finding& finding : findings.items()) {
    fuzz_require(finding.span.start <= finding.span.end && finding.span.end <= size, "the span lies in the text");
    for (const finding::Label& label : finding.labels) {
      fuzz_require(label.span.start <= label.span.end && label.span.end <= size, "the label lies in the text");
    }
    if (!finding.fix) continue;
    fuzz_edits(finding.fix->edits, size);
    const std::string fixed = finding::apply(record.text, finding.fix->edits);
    fuzz_require(fixed != record.text, "a fix changes the text");
    fuzz_require(!record.valid() || !finding.fix->safe || spf::parse(fixed).valid(), "a safe fix breaks nothing");
  }
  return 0;
}
