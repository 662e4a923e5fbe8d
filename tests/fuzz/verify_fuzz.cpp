#include "fuzz.hpp"
#include "one_key.hpp"

#include <envelint/dkim/verify.hpp>
#include <envelint/task/sync_wait.hpp>

using namespace envelint;
using namespace envelint::dkim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const KeyAndMessage input(fuzz_text(data, size));
  OneKey dns(input.key);
  const auto message = mail::Message::split(input.message);
  const VerifyOptions options(1'700'000'000);
  const auto results = task::sync_wait(verify(dns, message, options));
  fuzz_require(dns.questions <= options.limits.questions, "questions are bounded");
  fuzz_require(results.size() <= options.limits.reported, "results are bounded");
  Verification pieces(message, options);
  for (std::size_t at = 0; at < message.body().size(); at += 3) pieces.body(message.body().substr(at, 3));
  const auto again = task::sync_wait(pieces.finish(dns));
  for (std::size_t i = 0; i < results.size(); ++i) {
    const SignatureResult& result = results[i];
    fuzz_require(result.result != Result::none, "a signature has a result");
    const bool sound = result.body_hash_ok == true && result.header_signature_ok == true && result.key_ok == true;
    fuzz_require(result.result != Result::pass || (sound && result.signature.valid()), "what passes is sound");
    fuzz_require(result.unsigned_octets <= result.body_octets, "what is unsigned is in the body");
    fuzz_require(again[i].result == result.result && again[i].body_hash == result.body_hash, "chunks change nothing");
    (void)coverage(message, result);
  }
  return 0;
}
