#include "fuzz.hpp"
#include "fuzz_answers.hpp"

#include <envelint/spf/check_host.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>
#include <string>
#include <string_view>

using namespace envelint;
using namespace envelint::spf;

// The input: the client's address, the sender and the HELO name on three lines, then lines of a name and its record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz_text(data, size);
  const auto ip = net::Address::parse(take_line(rest));
  if (!ip) return 0;
  const std::string sender(take_line(rest));
  const std::string helo(take_line(rest));
  Answers dns(rest);
  CheckRequest request(*ip, sender, helo);
  request.trace = true;
  const CheckResult result = task::sync_wait(check_host(dns, request));
  fuzz_require(dns.questions <= kMaxQuestions, "questions are bounded");
  fuzz_require(result.lookups <= request.limits.lookups + 1, "look-ups are bounded");
  fuzz_require(result.void_lookups <= request.limits.void_lookups + 2, "void look-ups are bounded");
  fuzz_require(result.verdict != Verdict::permerror || !result.reason.empty(), "a permerror has a reason");
  fuzz_require(result.explanation.size() <= 4096, "explanations are bounded");
  std::uint32_t lookups = 0;
  for (const Step& step : result.steps) {
    fuzz_require(step.lookups >= lookups || step.outcome == Outcome::not_tested, "counts only rise");
    lookups = std::max(lookups, step.lookups);
  }
  request.trace = false;
  const CheckResult again = task::sync_wait(check_host(dns, request));
  fuzz_require(again.verdict == result.verdict && again.reason == result.reason, "a trace changes nothing");
  return 0;
}
