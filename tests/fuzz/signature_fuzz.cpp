#include "fuzz.hpp"

#include <envelint/dkim/signature.hpp>

#include <string>

using namespace envelint;
using namespace envelint::dkim;

// The input is the value of a DKIM-Signature field.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Signature signature = parse_signature(fuzz_text(data, size));
  const auto in_text = [&](text::Span span) { return span.start <= span.end && span.end <= signature.text().size(); };
  for (const SignatureTag& tag : signature.tags())
    fuzz_require(in_text(tag.span) && in_text(tag.value), "a tag is in the text");
  for (const SignatureFault& fault : signature.faults()) {
    fuzz_require(in_text(fault.span), "a fault is in the text");
    fuzz_require(!describe(fault).empty(), "a fault has words");
  }
  for (const text::Span name : signature.signed_fields())
    fuzz_require(in_text(name) && !name.empty(), "a name is in the text");
  fuzz_require(signature.signed_fields().size() <= kMaxSignedFields, "names are bounded");
  (void)signature.copied_fields();
  const std::string rest = signature.without_signature();
  fuzz_require(rest.size() <= signature.text().size(), "taking b= out makes no text");
  if (!signature.valid()) return 0;
  fuzz_require(signature.algorithm() && signature.key_name() && signature.covers("from"), "a valid signature is whole");
  fuzz_require(signature.identity_domain()->is_within(*signature.domain_name()), "i= is within d=");
  for (const char c : signature.domain())
    fuzz_require(static_cast<unsigned char>(c) > 0x20 && c != '(', "d= is a name");
  const Signature again = parse_signature(rest);
  fuzz_require(again.faults().size() == 1 && again.signature().empty(), "only b= is taken out");
  return 0;
}
