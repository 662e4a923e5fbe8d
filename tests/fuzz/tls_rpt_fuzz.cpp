#include <envelint/tls_rpt/record.hpp>
#include <envelint/tls_rpt/rules.hpp>

#include <cstdint>
#include <cstdlib>
#include <string>

using namespace envelint;

// Any value is read, judged and mended without harm; a valid record prints as one that reads back to the same text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(reinterpret_cast<const char*>(data), size);
  const auto record = tls_rpt::parse(value);
  finding::Findings findings;
  tls_rpt::check_value(dns::Text(value), findings);
  if (!record.valid() && findings.items().empty()) std::abort();
  for (const finding::Finding& finding : findings.items()) {
    if (finding.fix) (void)finding::apply(value, finding.fix->edits);
  }
  const std::string printed = tls_rpt::print(value, record);
  if (record.valid() && tls_rpt::print(printed, tls_rpt::parse(printed)) != printed) std::abort();
  return 0;
}
