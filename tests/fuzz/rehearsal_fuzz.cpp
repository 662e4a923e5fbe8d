#include "fuzz.hpp"
#include "fuzz_answers.hpp"

#include <envelint/rehearsal/senders.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/task/sync_wait.hpp>
#include <envelint/text/ascii.hpp>

#include <string>
#include <string_view>

using namespace envelint;

namespace {

spf::Verdict verdict_on(Answers& dns, const net::Address& client) {
  spf::CheckRequest request(client, "a@example.com", "h.example");
  request.limits = {1000, 1000};
  return task::sync_wait(spf::check_host(dns, request)).verdict;
}

}  // namespace

// The input: lines of a name and its record; the domain is example.com.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz_text(data, size);
  Answers dns(input);
  const auto found = task::sync_wait(rehearsal::find_senders(dns, dns::Name::parse("example.com").value()));
  fuzz_require(dns.questions <= rehearsal::kMaxSenderQuestions, "questions are bounded");
  fuzz_require(found.listed.size() <= rehearsal::kMaxSenders, "senders are bounded");
  for (const rehearsal::Sender& one : found.listed) {
    fuzz_require(found.passing.contains(one.address), "who is listed passes");
  }
  // What depends on the message may decide before any other term.
  const std::string lower = text::lower(input);
  const bool depends = input.find('%') != std::string_view::npos || lower.find("ptr") != std::string::npos ||
                       lower.find("exists") != std::string::npos;
  if (depends || found.cut || !found.open.empty()) return 0;
  for (const rehearsal::Sender& one : found.listed) {
    const spf::Verdict verdict = verdict_on(dns, one.address);
    fuzz_require(verdict == spf::Verdict::pass || verdict == spf::Verdict::permerror ||
                     verdict == spf::Verdict::temperror,
                 "an evaluation comes to the same, unless something in the record breaks it");
  }
  const net::Address stranger = rehearsal::stranger_to(found.passing);
  if (found.passing.contains(stranger)) return 0;
  fuzz_require(verdict_on(dns, stranger) != spf::Verdict::pass, "nobody else passes");
  return 0;
}
