#include "fuzz.hpp"

#include <envelint/expectation/file.hpp>

#include <string>

// Any bytes are read without an exception; what is read is bounded, and every place lies in the file.
namespace {

using namespace envelint;
using expectation::Expectation;
using expectation::Sender;

void check_span(text::Span span, std::size_t size) {
  fuzz_require(span.start < span.end && span.end <= size, "an expectation stands in the file");
}

void check_senders(const std::vector<Sender>& senders, std::size_t size) {
  fuzz_require(senders.size() <= expectation::kMaxSenders, "a list of senders is bounded");
  for (const Sender& sender : senders) {
    check_span(sender.span, size);
    fuzz_require(!sender.mail_from.empty() || !sender.helo.empty(), "a sender has a domain to be checked");
  }
}

void check_name(const Expectation& one, std::size_t size) {
  fuzz_require(one.count() > 0, "something is expected of each name");
  fuzz_require(!one.name.is_root(), "nothing is expected of the root");
  check_span(one.span, size);
  if (one.policy) check_span(one.policy->span, size);
  if (one.policy_rfc7489) check_span(one.policy_rfc7489->span, size);
  if (one.max_lookups) check_span(one.max_lookups->span, size);
  fuzz_require(one.selectors.size() <= expectation::kMaxSelectors, "the selectors are bounded");
  for (const auto& wish : one.selectors) check_span(wish.span, size);
  check_senders(one.pass, size);
  check_senders(one.fail, size);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = expectation::read_expectations("envelint.toml", std::string(fuzz_text(data, size)));
  if (read) {
    fuzz_require(!read->names.empty() && read->names.size() <= expectation::kMaxNames, "the names are bounded");
    for (const Expectation& one : read->names) check_name(one, size);
    return 0;
  }
  fuzz_require(!read.error().empty() && read.error().size() <= expectation::kMaxFaults, "the faults are bounded");
  const text::SourceFile file("envelint.toml", std::string(fuzz_text(data, size)));
  for (const expectation::Fault& fault : read.error()) {
    fuzz_require(!fault.message.empty(), "a fault says what is wrong");
    fuzz_require(fault.place.line >= 1 && fault.place.line <= file.line_count(),
                 "a fault stands in a line of the file");
  }
  return 0;
}
