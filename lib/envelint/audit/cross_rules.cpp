#include <envelint/audit/cross_rules.hpp>

#include <envelint/audit/dmarc_rules.hpp>
#include <envelint/audit/set_rules.hpp>
#include <envelint/dmarc/record.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Code;

// RFC 7208 §4.5: more than one record that begins with `v=spf1` is a permerror.
void several_spf_records(DomainReport& domain) {
  std::vector<int> records;
  for (std::size_t i = 0; i < domain.records.size(); ++i) {
    const RecordReport& record = domain.records[i];
    if (record.kind == Kind::spf && text::istarts_with(record.value.joined(), "v=spf1") &&
        record.valid.value_or(false)) {
      records.push_back(static_cast<int>(i));
    }
  }
  if (records.size() < 2) return;
  finding::Findings out;
  out.add(Code::spf_several_spf_records, text::span_of(0, std::string_view("v=spf1").size()))
      .record(records[1])
      .message("`{}` has {} SPF records; there may be only one",
               domain.records[static_cast<std::size_t>(records[0])].owner, records.size())
      .note("receivers do not choose: they treat SPF as broken (permerror) for every message")
      .help("put the mechanisms of all into one record, and remove the others");
  domain.findings.push_back(std::move(out.items().front()));
}

bool enforces_dmarc(const RecordReport& record) {
  if (record.kind != Kind::dmarc) return false;
  const auto policy = dmarc::parse(record.value.joined()).usable_policy(dmarc::Receiver::rfc9989);
  return policy && policy->p >= dmarc::Policy::quarantine && !policy->testing;
}

void softfail_under_dmarc(DomainReport& domain) {
  if (std::ranges::none_of(domain.records, enforces_dmarc)) return;
  std::erase_if(domain.findings,
                [](const finding::Finding& finding) { return finding.code == Code::spf_softfail_all; });
}

}  // namespace

void check_across(DomainReport& domain) {
  several_spf_records(domain);
  check_several_dmarc_records(domain);
  check_single_records(domain);
  softfail_under_dmarc(domain);
}

}  // namespace envelint::audit
