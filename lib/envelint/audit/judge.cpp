#include <envelint/audit/judge.hpp>

#include <envelint/dane/tlsa_record.hpp>
#include <envelint/dane/tlsa_rules.hpp>
#include <envelint/dkim/key_rules.hpp>
#include <envelint/dmarc/rules.hpp>
#include <envelint/dns/text_rules.hpp>
#include <envelint/mta_sts/rules.hpp>
#include <envelint/spf/rules.hpp>
#include <envelint/tls_rpt/rules.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Findings;

// Words that two strings run together (DNS010) are one slip: what the terms made of it draw is its echo.
void drop_echoes_of_joins(Findings& out) {
  std::vector<text::Span> joins;
  for (const finding::Finding& finding : out.items()) {
    if (finding.code == finding::Code::dns_lost_space_between_strings) joins.push_back(finding.span);
  }
  if (joins.empty()) return;
  std::erase_if(out.items(), [&](const finding::Finding& finding) {
    const bool term_fault = finding::entry(finding.code).id.starts_with("SPF02");
    return term_fault && std::ranges::any_of(joins, [&](text::Span join) { return join.overlaps(finding.span); });
  });
}

bool judge_spf(const dns::Text& value, Findings& out) {
  const spf::Record record = spf::parse(value.joined());
  // Text escaped as a whole draws one finding; its terms would draw one each.
  const bool readable = dns::check_text(value, out, {.edges = false, .inner_space = false, .version_must_lead = true});
  if (readable) spf::check(record, out);
  drop_echoes_of_joins(out);
  return record.valid();
}

bool judge_dkim(const dns::Text& value, std::string_view owner, Findings& out) {
  const dkim::KeyRecord record = dkim::parse_key_record(value.joined());
  dkim::check(record, out);
  if (!owner.empty()) dkim::check_owner(owner, out);
  return record.valid();
}

std::optional<bool> judge_dmarc(const dns::Text& value, std::string_view owner, Findings& out) {
  const dmarc::Record record = dmarc::parse(value.joined());
  dmarc::check(record, out, owner);
  if (!owner.empty()) dmarc::check_owner(record, owner, out);
  return record.valid();
}

bool judge_tlsa(const dns::Text& value, Findings& out) {
  const dane::TlsaRecord record = dane::parse_tlsa(value.joined());
  dane::check_record(value.joined(), record, out);
  return record.valid();
}

void order_by_place(std::vector<finding::Finding>& findings) {
  std::ranges::stable_sort(findings, {}, [](const finding::Finding& finding) { return finding.span.start; });
}

Kind guess_kind(std::string_view owner, std::string_view value) {
  const Kind by_name = owner.empty() ? Kind::txt : kind_of_txt(owner, value);
  return by_name == Kind::txt ? kind_of_value(value) : by_name;
}

dns::Type type_of(Kind kind) {
  switch (kind) {
    case Kind::mx: return dns::Type::mx;
    case Kind::tlsa: return dns::Type::tlsa;
    default: return dns::Type::txt;
  }
}

}  // namespace

Judgement judge_value(Kind kind, const dns::Text& value, std::string_view owner) {
  Judgement judgement;
  Findings out;
  switch (kind) {
    case Kind::spf: judgement.valid = judge_spf(value, out); break;
    case Kind::dkim: judgement.valid = judge_dkim(value, owner, out); break;
    case Kind::dmarc: judgement.valid = judge_dmarc(value, owner, out); break;
    case Kind::mta_sts:
      mta_sts::check_value(value, out);
      judgement.valid = mta_sts::parse(value.joined()).valid();
      break;
    case Kind::tls_rpt:
      tls_rpt::check_value(value, out);
      judgement.valid = tls_rpt::parse(value.joined()).valid();
      break;
    case Kind::tlsa: judgement.valid = judge_tlsa(value, out); break;
    default: break;
  }
  judgement.findings = std::move(out).take();
  order_by_place(judgement.findings);
  return judgement;
}

DomainReport judge_record(std::string_view owner, dns::Text value, std::optional<Kind> kind) {
  DomainReport domain;
  domain.domain = owner;
  RecordReport record;
  record.owner = owner;
  record.kind = kind ? *kind : guess_kind(owner, value.joined());
  record.type = type_of(record.kind);
  Judgement judgement = judge_value(record.kind, value, owner);
  record.valid = judgement.valid;
  record.value = std::move(value);
  domain.records.push_back(std::move(record));
  domain.findings = std::move(judgement.findings);
  for (finding::Finding& finding : domain.findings) finding.record = 0;
  return domain;
}

}  // namespace envelint::audit
