#include "fuzz.hpp"

#include <envelint/mail/mbox.hpp>

using namespace envelint::mail;

// The input is an mbox file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file = fuzz_text(data, size);
  std::size_t octets = 0;
  std::size_t line = 0;
  MboxReader reader(file);
  for (MboxMessage message; reader.next(message);) {
    octets += message.from_line.size() + message.bytes.size();
    fuzz_require(octets <= file.size(), "messages are not longer than the file");
    fuzz_require(message.line > line, "messages follow each other");
    fuzz_require(is_mbox(message.from_line), "a message begins with a From line");
    line = message.line;
  }
  fuzz_require(line > 0 || !is_mbox(file), "an mbox file has a message");
  return 0;
}
