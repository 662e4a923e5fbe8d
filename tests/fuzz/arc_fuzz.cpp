#include "fuzz.hpp"
#include "one_key.hpp"

#include <envelint/arc/validate.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>

using namespace envelint;
using namespace envelint::arc;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const KeyAndMessage input(fuzz_text(data, size));
  OneKey dns(input.key);
  const auto message = mail::Message::split(input.message);
  const auto result = task::sync_wait(validate(dns, message, dkim::VerifyOptions(1'700'000'000)));
  const std::size_t sets = result.chain.sets.size();
  fuzz_require(dns.questions <= 2 * std::size_t{dkim::kMaxInstance}, "questions are bounded");
  fuzz_require(sets <= dkim::kMaxInstance, "sets are bounded");
  fuzz_require(result.oldest_pass <= sets + 1, "the oldest that passes is in the chain");
  fuzz_require((result.status == ChainStatus::fail) == (result.fault != ChainFault::none), "what fails has a reason");
  const auto passes = [](const auto& one) { return one.result == dkim::Result::pass; };
  const bool sound = sets > 0 && result.message_signatures.size() == sets && passes(result.message_signatures.back()) &&
                     result.seals.size() == sets && std::ranges::all_of(result.seals, passes);
  fuzz_require(result.status != ChainStatus::pass || sound, "what passes is sound");
  return 0;
}
