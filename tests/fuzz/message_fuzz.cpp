#include "fuzz.hpp"

#include <envelint/mail/message.hpp>

#include <string>

using namespace envelint;
using namespace envelint::mail;

// The input is a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = fuzz_text(data, size);
  const Message message = Message::split(bytes);
  std::size_t end = message.header_start();
  for (const Field& field : message.fields()) {
    fuzz_require(field.whole.start == end, "fields follow each other without a gap");
    fuzz_require(field.name.start == field.whole.start && field.name.end <= field.value.start,
                 "a name is before a value");
    fuzz_require(field.value.start <= field.value.end && field.value.end <= field.whole.end, "a value is in its field");
    fuzz_require(!message.at(field.name).contains(':'), "a name has no colon");
    end = field.whole.end;
  }
  fuzz_require(message.cut() || end + (message.has_header_end() ? 2 : 0) == message.body_start(),
               "fields, an empty line and the body are the whole message");
  fuzz_require(message.oddities().size() <= kMaxOddities + 1, "oddities are bounded");
  for (const Oddity& oddity : message.oddities()) fuzz_require(oddity.offset <= size, "an oddity is in the message");
  for (const Oddity& oddity : body_oddities(message))
    fuzz_require(oddity.offset <= size, "an oddity is in the message");
  const std::string sent = to_crlf(bytes);
  fuzz_require(to_crlf(sent) == sent, "what has CRLF is not changed");
  return 0;
}
