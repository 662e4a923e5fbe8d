#include "fuzz.hpp"
#include "one_key.hpp"

#include <envelint/dkim/autopsy.hpp>
#include <envelint/dkim/header_search.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>

using namespace envelint;
using namespace envelint::dkim;

namespace {

AutopsyOptions small_search() {
  AutopsyOptions options;
  options.limits.body_octets = std::uint64_t{1} << 20;
  options.limits.body_guesses = 3000;
  options.limits.header_octets = std::uint64_t{1} << 20;
  options.limits.header_guesses = 2000;
  options.limits.public_key_operations = 50;
  options.limits.questions = 3;
  return options;
}

void require_sound(const Autopsy& autopsy, const SignatureResult& result, const AutopsyOptions& options) {
  fuzz_require(result.result != Result::pass || !autopsy.needed(), "what passes needs no autopsy");
  fuzz_require(autopsy.needed() || autopsy.changes.empty(), "nothing is explained where nothing failed");
  fuzz_require(autopsy.needed() != autopsy.summary.empty(), "an autopsy has a summary");
  fuzz_require(!autopsy.complete || !autopsy.changes.empty(), "what is explained has a change");
  const std::uint64_t most = options.limits.body_guesses + options.limits.header_guesses * 2 + 500'000;
  fuzz_require(autopsy.tried <= most, "guesses are bounded");
  for (const Change& change : autopsy.changes) {
    fuzz_require(change.cause != Cause::unknown, "a change has a cause");
    fuzz_require(change.before.size() <= kMaxExcerpt && change.after.size() <= kMaxExcerpt, "excerpts are bounded");
    const bool failed = std::ranges::find(autopsy.failed, change.place) != autopsy.failed.end();
    fuzz_require(failed, "what is explained failed");
  }
}

}  // namespace

// What comes before an octet 0x01 in the message is the original, if any.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > std::size_t{64} << 10) return 0;
  const KeyAndMessage input(fuzz_text(data, size));
  OneKey dns(input.key);
  const std::string_view rest = input.message;
  const std::size_t mark = rest.find('\x01');
  const std::string_view bytes = mark == std::string_view::npos ? rest : rest.substr(mark + 1);
  const auto message = mail::Message::split(bytes);
  const auto original = mail::Message::split(rest.substr(0, mark));
  const auto results = task::sync_wait(verify(dns, message, VerifyOptions(1'700'000'000)));
  dns.questions = 0;
  const AutopsyOptions options = small_search();
  const auto autopsies = task::sync_wait(autopsy(dns, &message, &results, options));
  fuzz_require(autopsies.size() == results.size(), "each result has its autopsy");
  fuzz_require(dns.questions <= options.limits.questions * results.size(), "questions are bounded");
  for (std::size_t i = 0; i < results.size(); ++i) {
    require_sound(autopsies[i], results[i], options);
    for (const Difference& difference : compare_with_original(message, results[i], original).differences) {
      fuzz_require(!describe(difference).empty(), "a difference has words");
    }
  }
  return 0;
}
