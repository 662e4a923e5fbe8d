#include "fuzz.hpp"

#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_rules.hpp>

#include <algorithm>
#include <string>

using namespace envelint;
using namespace envelint::dkim;

namespace {

bool is_cut_off(const KeyRecord& record) {
  return std::ranges::any_of(record.faults(),
                             [](const KeyFault& fault) { return fault.kind == KeyFault::Kind::too_many; });
}

void check_print(const KeyRecord& record) {
  const std::string printed = print(record);
  const KeyRecord again = parse_key_record(printed);
  if (is_cut_off(record) || is_cut_off(again)) return;
  fuzz_require(equivalent(record, again), "a printed record reads the same");
  fuzz_require(print(again) == printed, "canonical text is canonical");
}

void check_findings(const KeyRecord& record) {
  finding::Findings out;
  check(record, out);
  for (const finding::Finding& item : out.items()) {
    fuzz_require(item.span.start <= item.span.end && item.span.end <= record.text().size(), "a span is in the record");
    fuzz_require(!item.message.empty(), "a finding says what is wrong");
    if (!item.fix) continue;
    for (const finding::Edit& edit : item.fix->edits) {
      fuzz_require(edit.span.start <= edit.span.end && edit.span.end <= record.text().size(),
                   "an edit is in the record");
    }
    check_print(parse_key_record(finding::apply(record.text(), item.fix->edits)));
  }
  const bool error = std::ranges::any_of(out.items(), [](const finding::Finding& item) {
    return item.severity == finding::Severity::error && item.code != finding::Code::dkim_weak_known_key;
  });
  fuzz_require(error || record.valid() || !out.items().empty(), "a record that cannot be used draws a finding");
}

}  // namespace

// The input is the value of a TXT record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const KeyRecord record = parse_key_record(fuzz_text(data, size));
  check_print(record);
  check_findings(record);
  return 0;
}
