#include "fuzz_edits.hpp"

#include <envelint/audit/fix.hpp>
#include <envelint/audit/judge.hpp>

#include <string>

using namespace envelint;

namespace {

// Longer texts may hold more slips than kMaxFixRounds mend.
constexpr std::size_t kLongest = 300;

}  // namespace

/// The first byte picks the kind, the rest is the value: judged, mended, and judged again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto kind = static_cast<audit::Kind>(data[0] % (static_cast<unsigned>(audit::Kind::txt) + 1));
  const dns::Text value{std::string(fuzz_text(data + 1, size - 1))};
  const audit::Judgement judgement = audit::judge_value(kind, value, {});
  for (const finding::Finding& finding : judgement.findings) {
    fuzz_require(finding.span.start <= finding.span.end && finding.span.end <= size - 1, "the span lies in the value");
    fuzz_require(!finding.message.empty(), "a finding says what is wrong");
    if (finding.fix) fuzz_edits(finding.fix->edits, size - 1);
  }
  const dns::Text mended(audit::fix_value(kind, value, {}, {}));
  fuzz_require(size > kLongest || audit::fix_value(kind, mended, {}, {}) == mended.joined(),
               "what is mended needs no mending");
  if (judgement.valid.value_or(false)) {
    fuzz_require(audit::judge_value(kind, mended, {}).valid.value_or(false), "mending leaves a usable record usable");
  }
  return 0;
}
