#include "fuzz.hpp"

#include <envelint/tls_rpt/record.hpp>
#include <envelint/tls_rpt/rules.hpp>

#include <string>

using namespace envelint;

// Any value is read, judged and mended without harm; a valid record prints as one that reads back to the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(fuzz_text(data, size));
  const auto record = tls_rpt::parse(value);
  finding::Findings findings;
  tls_rpt::check_value(dns::Text(value), findings);
  fuzz_require(record.valid() || !findings.items().empty(), "a record that is not valid has a finding");
  for (const finding::Finding& finding : findings.items()) {
    if (finding.fix) (void)finding::apply(value, finding.fix->edits);
  }
  const std::string printed = tls_rpt::print(value, record);
  fuzz_require(!record.valid() || tls_rpt::print(printed, tls_rpt::parse(printed)) == printed,
               "a printed record reads back as it was");
  return 0;
}
