#include <envelint/mta_sts/record.hpp>
#include <envelint/mta_sts/rules.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace envelint;

// Any value is read, judged and mended without harm; a valid record prints as one that reads back to the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(reinterpret_cast<const char*>(data), size);
  const auto record = mta_sts::parse(value);
  finding::Findings findings;
  mta_sts::check_value(dns::Text(value), findings);
  if (!record.valid() && findings.items().empty()) std::abort();
  for (const finding::Finding& finding : findings.items()) {
    if (finding.fix) (void)finding::apply(value, finding.fix->edits);
  }
  const std::string printed = mta_sts::print(value, record);
  if (record.valid() && mta_sts::print(printed, mta_sts::parse(printed)) != printed) std::abort();
  return 0;
}
