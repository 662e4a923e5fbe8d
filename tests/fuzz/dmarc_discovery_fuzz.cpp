#include "fuzz.hpp"

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dmarc/discovery_rules.hpp>
#include <envelint/dmarc/report_authorization.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

using namespace envelint;

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

/// Answers TXT from the input, where a lone `!` is trouble; other types by the length of the name.
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
  bool any_trouble = false;

 private:
  dns::Answer text_at(const dns::Name& name) {
    dns::Answer answer(dns::Answer::State::nxdomain);
    const auto [first, last] = texts_.equal_range(name);
    for (auto it = first; it != last; ++it) {
      if (it->second == "!") {
        any_trouble = true;
        return dns::Answer(dns::Trouble::servfail);
      }
      answer.state = dns::Answer::State::records;
      answer.records.emplace_back(name, dns::Type::txt, 60, dns::Text(it->second));
    }
    return answer;
  }

  static dns::Answer other(const dns::Query& query) {
    const std::size_t size = query.name.wire().size();
    if (size % 7 == 0) return dns::Answer(dns::Trouble::timeout);
    return dns::Answer(size % 3 == 0 ? dns::Answer::State::nodata : dns::Answer::State::nxdomain);
  }

  std::unordered_multimap<dns::Name, std::string> texts_;
};

void check_generation(const dmarc::Discovery& found, const dmarc::Generation& generation, bool any_trouble) {
  const dmarc::OrganizationalDomain& top = generation.organizational_domain;
  fuzz_require(!top.known() || found.domain.is_within(top.name), "an organizational domain is the name or above it");
  fuzz_require(!generation.queries.empty(), "the domain itself is asked");
  fuzz_require(generation.queries.front()->domain == found.domain, "and first");
  for (const auto* policy : {&generation.domain, &generation.subdomain, &generation.missing_subdomain}) {
    const bool unknown = policy->outcome == dmarc::Outcome::unknown;
    fuzz_require(!policy->applies() || policy->source->has_record(), "a policy has a record");
    fuzz_require(policy->applied <= policy->published, "a policy is only ever lowered");
    fuzz_require(!unknown || any_trouble || found.existence == dmarc::Existence::unknown, "unknown has a reason");
  }
}

}  // namespace

// The input: the author domain on a line, then lines of a name and a text at it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const dns::PublicSuffixList suffixes;
  std::string_view rest = fuzz_text(data, size);
  const auto domain = dns::Name::parse(take_line(rest));
  if (!domain) return 0;
  Answers dns(rest);
  dmarc::RecordFinder finder(dns);
  const dmarc::Discovery found = task::sync_wait(dmarc::discover(finder, *domain, suffixes));
  fuzz_require(found.rfc9989.queries.size() <= dmarc::kMaxWalk, "a walk is bounded");
  fuzz_require(found.rfc7489.queries.size() <= 2, "RFC 7489 asks twice at most");
  fuzz_require(dns.questions <= 2 * dmarc::kMaxWalk + 3, "discovery is bounded");
  check_generation(found, found.rfc7489, dns.any_trouble);
  check_generation(found, found.rfc9989, dns.any_trouble);
  finding::Findings findings;
  const auto nowhere = [](const dns::Name&) { return -1; };
  dmarc::check_discovery(found, nowhere, findings);
  dmarc::check_policy_exists(found, true, findings);
  const dmarc::LookupPtr own = task::sync_wait(finder.at(*domain));
  if (!own->has_record()) return 0;
  const std::size_t before = dns.questions;
  const auto reports = task::sync_wait(dmarc::authorize_reports(finder, own, suffixes));
  fuzz_require(reports.destinations.size() <= dmarc::kMaxDestinations, "destinations are bounded");
  fuzz_require(dns.questions - before <= dmarc::kMaxDestinations * 12 + dmarc::kMaxWalk, "their questions too");
  dmarc::check_destinations(reports, nowhere, findings);
  for (const finding::Finding& finding : findings.items()) {
    fuzz_require(!finding.message.empty() && !finding.owner.empty(), "a finding says what and where");
  }
  return 0;
}
