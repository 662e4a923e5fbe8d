#include "fuzz.hpp"

#include <envelint/dane/tlsa_record.hpp>
#include <envelint/dane/tlsa_rules.hpp>

#include <string>

using namespace envelint;

// Any text is read and judged without harm; what was read prints as a text that reads back to the same octets.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz_text(data, size));
  const dane::TlsaRecord record = dane::parse_tlsa(text);
  finding::Findings findings;
  dane::check_record(text, record, findings);
  if (!record.valid()) {
    fuzz_require(!findings.items().empty(), "a record that is not valid has a finding");
    return 0;
  }
  const dns::Tlsa tlsa{static_cast<std::uint8_t>(*record.usage.value),
                       static_cast<std::uint8_t>(*record.selector.value),
                       static_cast<std::uint8_t>(*record.matching.value), record.octets};
  fuzz_require(dane::parse_tlsa(dane::print(tlsa)).octets == record.octets, "a printed record reads back as it was");
  return 0;
}
