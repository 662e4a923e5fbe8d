#include "fuzz.hpp"

#include <envelint/task/sync_wait.hpp>
#include <envelint/text/utf8.hpp>
#include <envelint/verdict/conclusion.hpp>
#include <envelint/verdict/evaluate.hpp>
#include <envelint/verdict/report.hpp>
#include <envelint/verdict/result_fields.hpp>
#include <envelint/verdict/story.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::verdict;

namespace {

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

/// The same SPF record at every name, the same key at every selector, and the same DMARC record at every domain of two
/// labels: so all names with the same last two labels are of one organization. `!` stands for no answer.
class SmallWorld : public dns::Resolver {
 public:
  SmallWorld(std::string_view spf, std::string_view dmarc, std::string_view key)
      : spf_(spf), dmarc_(dmarc), key_(key) {}

  task::Task<dns::Answer> query(dns::Query query) override {
    ++questions;
    dns::Answer answer = look_up(query);
    co_return answer;
  }

  std::size_t questions = 0;

 private:
  [[nodiscard]] dns::Answer look_up(const dns::Query& query) const {
    if (query.type == dns::Type::a) return record(query, *net::Address::parse("192.0.2.1"));
    if (query.type == dns::Type::ptr || query.type == dns::Type::mx) return dns::Answer(dns::Answer::State::nxdomain);
    if (query.type != dns::Type::txt) return dns::Answer(dns::Answer::State::nodata);
    const auto labels = query.name.labels();
    if (!labels.empty() && labels.front() == "_dmarc") {
      if (labels.size() != 3) return dns::Answer(dns::Answer::State::nodata);
      return text(query, dmarc_);
    }
    const bool key = std::ranges::find(labels, std::string_view("_domainkey")) != labels.end();
    return text(query, key ? key_ : spf_);
  }

  static dns::Answer text(const dns::Query& query, std::string_view value) {
    if (value.starts_with('!')) return dns::Answer(dns::Trouble::timeout);
    return record(query, dns::Text(std::string(value)));
  }

  static dns::Answer record(const dns::Query& query, dns::Data data) {
    dns::Answer answer(dns::Answer::State::records);
    answer.records.emplace_back(query.name, query.type, 60U, std::move(data));
    return answer;
  }

  std::string_view spf_, dmarc_, key_;
};

bool same_organization(const dns::Name& one, const dns::Name& other) {
  const auto a = one.labels();
  const auto b = other.labels();
  if (one == other) return true;
  if (a.size() < 2 || b.size() < 2) return false;
  const auto top = [](const std::vector<std::string_view>& labels) {
    return dns::Name().child(labels.back()).value().child(labels[labels.size() - 2]).value();
  };
  return top(a) == top(b);
}

/// Whether something that is authenticated stands for the author domain.
bool is_vouched_for(const Verdict& verdict) {
  return std::ranges::any_of(verdict.identifiers, [&](const Identifier& its) {
    const bool spf = its.mechanism == Mechanism::spf;
    const bool passed = spf ? verdict.spf->verdict == spf::Verdict::pass
                            : verdict.dkim[its.signature].result == dkim::Result::pass &&
                                  verdict.dkim[its.signature].unsigned_octets == 0;
    return passed && same_organization(its.domain, verdict.author.domains.front());
  });
}

void require_fields(std::string_view fields) {
  std::size_t begun = 0;
  while (!fields.empty()) {
    const std::size_t end = fields.find("\r\n");
    fuzz_require(end != std::string_view::npos, "a field ends in CRLF");
    const std::string_view line = fields.substr(0, end);
    if (!line.starts_with(' ')) ++begun;
    fuzz_require(line.find_first_of(std::string_view("\r\n\0\x1b", 4)) == std::string_view::npos, "a line is clean");
    fields.remove_prefix(end + 2);
  }
  fuzz_require(begun <= 2, "nothing adds a field");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const dns::PublicSuffixList suffixes;
  std::string_view rest = fuzz_text(data, size);
  const std::string_view spf = take_line(rest);
  const std::string_view dmarc = take_line(rest);
  const std::string_view key = take_line(rest);
  const std::string_view sender = take_line(rest);
  const std::string_view helo = take_line(rest);
  SmallWorld dns(spf, dmarc, key);
  const auto message = mail::Message::split(rest);
  Envelope envelope(*net::Address::parse("192.0.2.1"), std::string(helo), std::string(sender));
  const Verdict verdict =
      task::sync_wait(evaluate(dns, message, std::move(envelope), EvaluationOptions(suffixes, 1'700'000'000)));

  fuzz_require(dns.questions <= 2000, "questions are bounded");
  const bool passes = verdict.dmarc.status == DmarcStatus::pass;
  fuzz_require(!passes || verdict.author.usable(), "without one author domain nothing passes");
  fuzz_require(!passes || is_vouched_for(verdict), "what passes has an aligned identifier that is authenticated");
  fuzz_require(verdict.dmarc.disposition == dmarc::Policy::none || verdict.dmarc.status == DmarcStatus::fail ||
                   !verdict.author.usable(),
               "nothing is asked for unless it fails");
  fuzz_require(!conclude(verdict).empty(), "there is a conclusion");
  fuzz_require(!tell(message, verdict).empty(), "there is a story");
  for (const auto& report : report(message, verdict, Profile::bulk_sender)) {
    for (const auto& finding : report.findings) fuzz_require(!finding.message.empty(), "a finding says something");
  }
  require_fields(result_fields(verdict, "mx.example.net"));
  return 0;
}
