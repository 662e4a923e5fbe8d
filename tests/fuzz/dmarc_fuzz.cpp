#include <envelint/dmarc/record.hpp>
#include <envelint/dmarc/rules.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// Any bytes are read, printed and linted; what is printed reads the same again, and every span lies in the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace envelint;
  const dmarc::Record record = dmarc::parse({reinterpret_cast<const char*>(data), size});
  if (!(dmarc::parse(dmarc::print(record)) == record)) std::abort();
  finding::Findings findings;
  dmarc::check(record, findings, "_dmarc.example.com");
  dmarc::check_owner(record, "_dmarc.example.com", findings);
  for (const finding::Finding& finding : findings.items()) {
    if (finding.span.start > finding.span.end || finding.span.end > size) std::abort();
    if (finding.fix && finding::apply(record.text, finding.fix->edits) == record.text) std::abort();
  }
  return 0;
}
