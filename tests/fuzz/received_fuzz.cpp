#include "fuzz.hpp"

#include <envelint/mail/received.hpp>

using namespace envelint::mail;

// The input is the value of a Received field.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value = fuzz_text(data, size);
  const Received hop = parse_received(value);
  for (const std::string* text :
       {&hop.helo, &hop.client_name, &hop.by, &hop.protocol, &hop.id, &hop.envelope_from, &hop.date}) {
    fuzz_require(text->size() <= size, "a text is not longer than the field");
    fuzz_require(text->find_first_of("\r\n") == std::string::npos, "a text has no folds");
  }
  fuzz_require(hop.client_name.empty() || hop.client || !hop.helo.empty(), "a name is of a client");
  fuzz_require(!hop.tls() || !hop.protocol.empty(), "TLS is known by the protocol");
  return 0;
}
