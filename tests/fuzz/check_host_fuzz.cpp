#include "fuzz.hpp"

#include <envelint/spf/check_host.hpp>
#include <envelint/task/sync_wait.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

using namespace envelint;
using namespace envelint::spf;

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// Answers TXT from the input, and everything else by the length of the name asked for: an answer, nothing, or trouble.
class Answers : public dns::Resolver {
 public:
  explicit Answers(std::string_view rest) {
    while (!rest.empty()) {
      const std::string_view line = take_line(rest);
      const std::size_t space = line.find(' ');
      const auto name = dns::Name::parse(line.substr(0, space));
      if (name && space != std::string_view::npos) texts_.emplace(*name, line.substr(space + 1));
    }
  }

  task::Task<dns::Answer> query(dns::Query query) override {
    ++questions;
    dns::Answer answer = query.type == dns::Type::txt ? text_at(query.name) : other(query);
    co_return answer;
  }

  std::size_t questions = 0;

 private:
  dns::Answer text_at(const dns::Name& name) const {
    dns::Answer answer(dns::Answer::State::nxdomain);
    const auto [first, last] = texts_.equal_range(name);
    for (auto it = first; it != last; ++it) {
      answer.state = dns::Answer::State::records;
      answer.records.emplace_back(name, dns::Type::txt, 60, dns::Text(it->second));
    }
    return answer;
  }

  static dns::Answer other(const dns::Query& query) {
    const std::size_t size = query.name.wire().size();
    if (size % 7 == 0) return dns::Answer(dns::Trouble::timeout);
    if (size % 3 == 0) return dns::Answer(dns::Answer::State::nodata);
    dns::Answer answer(dns::Answer::State::records);
    for (std::size_t i = 0; i < size % 12; ++i) {
      const auto host = query.name.child("h").value_or(query.name);
      dns::Data data = net::Address::parse(query.type == dns::Type::aaaa ? "2001:db8::7" : "192.0.2.7").value();
      if (query.type == dns::Type::mx) data = dns::Mx{10, host};
      if (query.type == dns::Type::ptr) data = host;
      answer.records.emplace_back(query.name, query.type, 60, std::move(data));
    }
    return answer;
  }

  std::unordered_multimap<dns::Name, std::string> texts_;
};

}  // namespace

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
