#include "fuzz.hpp"

#include <envelint/inbox/codec.hpp>

using namespace envelint::inbox;

namespace {

/// What was read is written so that it is read as the same.
template <class T, class Decode>
void stays_the_same(const std::optional<T>& read, Decode decode) {
  if (!read) return;
  const std::string written = encode(*read);
  const auto again = decode(written);
  fuzz_require(again.has_value(), "what was written is read");
  fuzz_require(encode(*again) == written, "and is the same");
}

}  // namespace

// The input is what a store has of an envelope, of oddities, of a session or of its transcript.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets = fuzz_text(data, size);
  stays_the_same(decode_envelope(octets), decode_envelope);
  stays_the_same(decode_oddities(octets), decode_oddities);
  stays_the_same(decode_session(octets), decode_session);
  stays_the_same(decode_transcript(octets), decode_transcript);
  return 0;
}
