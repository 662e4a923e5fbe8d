#include "fuzz.hpp"

#include <envelint/mta_sts/record.hpp>
#include <envelint/mta_sts/rules.hpp>

#include <string>

using namespace envelint;

// Any value is read, judged and mended without harm; a valid record prints as one that reads back to the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(fuzz_text(data, size));
  const auto record = mta_sts::parse(value);
  finding::Findings findings;
  mta_sts::check_value(dns::Text(value), findings);
  fuzz_require(record.valid() || !findings.items().empty(), "a record that is not valid has a finding");
  for (const finding::Finding& finding : findings.items()) {
    if (finding.fix) (void)finding::apply(value, finding.fix->edits);
  }
  const std::string printed = mta_sts::print(value, record);
  fuzz_require(!record.valid() || mta_sts::print(printed, mta_sts::parse(printed)) == printed,
               "a printed record reads back as it was");
  return 0;
}
