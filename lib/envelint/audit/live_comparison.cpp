#include <envelint/audit/live_comparison.hpp>

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/kind.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace envelint::audit {
namespace {

using dns::Answer;
using dns::Name;
using dns::Query;
using dns::Type;
using finding::Code;
using finding::Findings;

constexpr std::size_t kMaxQuestions = 500;
constexpr std::size_t kMostShown = 60;

/// Where the protocols have their records, as labels before the domain.
constexpr std::array<std::string_view, 3> kFixedNames = {"_dmarc", "_mta-sts", "_smtp._tls"};

class Questions {
 public:
  explicit Questions(const Name& domain) : domain_(domain) {}

  void add_fixed() {
    add(Query(domain_, Type::txt));
    add(Query(domain_, Type::mx));
    for (const std::string_view labels : kFixedNames) {
      const auto name = Name::parse(labels)->under(domain_);
      if (name) add(Query(*name, Type::txt));
    }
  }

  void add_held(const dns::Zone& zone) {
    std::unordered_set<Name> owners;
    for (const dns::ZoneRecord& entry : zone.records) owners.insert(entry.record.owner);
    for (const dns::ZoneRecord& entry : zone.records) {
      const dns::Record& record = entry.record;
      if (is_mail_name(record)) add(Query(record.owner, record.type == Type::cname ? Type::txt : record.type));
      const auto* mx = std::get_if<dns::Mx>(&record.data);
      if (mx == nullptr || record.owner != domain_ || !owners.contains(mx->exchange)) continue;
      add(Query(mx->exchange, Type::a));
      add(Query(mx->exchange, Type::aaaa));
    }
  }

  std::vector<Query> take() { return std::move(out_); }

 private:
  // `s1._domainkey.example.com`, `_25._tcp.mx.example.com`: a name of a service below the domain.
  [[nodiscard]] bool is_mail_name(const dns::Record& record) const {
    if (record.owner == domain_ || !record.owner.is_within(domain_)) return false;
    if (record.type == Type::tlsa) return true;
    if (record.type != Type::txt && record.type != Type::cname) return false;
    const Kind kind = kind_of_txt(record.owner.to_string(), "");
    return kind != Kind::txt && kind != Kind::spf;
  }

  void add(Query query) {
    if (out_.size() < kMaxQuestions && std::ranges::find(out_, query) == out_.end()) out_.push_back(std::move(query));
  }

  const Name& domain_;
  std::vector<Query> out_;
};

std::string value_of(const dns::Record& record) {
  const auto* text = std::get_if<dns::Text>(&record.data);
  return text != nullptr ? std::string(text->joined()) : text::lower(dns::presentation(record.data));
}

std::vector<std::string> values_of(const Answer& answer, Type type) {
  if (!answer.chain.empty()) return {"CNAME " + text::lower(answer.chain.front().to_string())};
  std::vector<std::string> out;
  for (const dns::Record& record : answer.records) {
    std::string value = value_of(record);
    if (type == Type::txt && kind_of_txt(record.owner.to_string(), value) == Kind::txt) continue;
    out.push_back(std::move(value));
  }
  std::ranges::sort(out);
  return out;
}

// A piece of text that fits into a sentence.
std::string shown(const std::vector<std::string>& values) {
  if (values.empty()) return "nothing";
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += " and ";
    const bool cut = value.size() > kMostShown;
    out += fmt::format("`{}{}`", value.substr(0, kMostShown), cut ? "…" : "");
  }
  return out;
}

std::string_view what_differs(const LiveDifference& difference) {
  if (difference.live.empty()) return "live DNS has nothing of what the file has";
  if (difference.in_file.empty()) return "live DNS has what is not in the file";
  return "live DNS and the file differ";
}

int record_of(const DomainReport& report, const Query& query) {
  const std::string owner = query.name.to_string();
  const auto found = std::ranges::find_if(report.records, [&](const RecordReport& record) {
    return record.source && record.type == query.type && text::iequals(record.owner, owner);
  });
  return found == report.records.end() ? -1 : static_cast<int>(found - report.records.begin());
}

}  // namespace

std::vector<Query> mail_questions(const dns::Zone& zone, const Name& domain) {
  Questions questions(domain);
  questions.add_fixed();
  questions.add_held(zone);
  return questions.take();
}

task::Task<std::vector<LiveDifference>> compare_with_live(dns::Resolver& file, dns::Resolver& live,
                                                          std::vector<Query> questions) {
  std::vector<task::Task<Answer>> here;
  std::vector<task::Task<Answer>> there;
  for (const Query& question : questions) {
    here.push_back(file.query(question));
    there.push_back(live.query(question));
  }
  const std::vector<Answer> ours = co_await task::gather(std::move(here));
  const std::vector<Answer> theirs = co_await task::gather(std::move(there));
  std::vector<LiveDifference> out;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (ours[i].unknown() || theirs[i].unknown()) continue;
    auto in_file = values_of(ours[i], questions[i].type);
    auto in_dns = values_of(theirs[i], questions[i].type);
    if (in_file == in_dns) continue;
    out.push_back({std::move(questions[i]), std::move(in_file), std::move(in_dns), theirs[i].ttl});
  }
  co_return out;
}

void check_live_differences(const DomainFacts& facts, const DomainReport& report, Findings& out) {
  for (const LiveDifference& difference : facts.live_differences) {
    const Query& query = difference.query;
    const std::string name = query.name.to_string();
    const int record = record_of(report, query);
    const std::uint32_t length =
        record < 0 ? 0
                   : static_cast<std::uint32_t>(report.records[static_cast<std::size_t>(record)].value.joined().size());
    auto draft = out.add(Code::x_zone_differs_from_live, text::span_of(0, length));
    draft.message("{} at `{} {}`", what_differs(difference), name, to_string(query.type))
        .note("the zone file has {}, live DNS has {}", shown(difference.in_file), shown(difference.live));
    if (record >= 0) {
      draft.record(record);
    } else {
      draft.owner(name);
    }
    if (difference.live_ttl) {
      draft.help("publish the file; caches may then go on with the old answer for up to {} seconds",
                 *difference.live_ttl);
    } else {
      draft.help("publish the file, and look again");
    }
  }
}

}  // namespace envelint::audit
