#include <envelint/verdict/report.hpp>

#include <envelint/audit/signature_rules.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/verdict/bulk_rules.hpp>
#include <envelint/verdict/rules.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace envelint::verdict {
namespace {

using audit::DomainReport;

DomainReport& report_for(std::vector<DomainReport>& reports, const std::string& domain) {
  const auto known = std::ranges::find(reports, domain, &DomainReport::domain);
  if (known != reports.end()) return *known;
  reports.emplace_back().domain = domain;
  return reports.back();
}

int add_record(DomainReport& out, audit::RecordReport record) {
  out.records.push_back(std::move(record));
  return static_cast<int>(out.records.size()) - 1;
}

/// The DMARC record that decides, so that a finding can point into it. @return its index, or -1.
int add_policy_record(const AuthorVerdict& author, DomainReport& out) {
  const dmarc::LookupPtr& source = author.rfc9989.policy.source;
  if (!author.rfc9989.policy.applies() || !source->has_record()) return -1;
  audit::RecordReport record;
  record.owner = source->owner.to_string();
  record.kind = audit::Kind::dmarc;
  record.value = dns::Text(source->record->text);
  record.valid = source->record->valid();
  return add_record(out, std::move(record));
}

/// The SPF record that does not list the client. @return its index, or -1.
int add_sender_record(const Verdict& verdict, DomainReport& out) {
  if (!verdict.sender_record) return -1;
  const spf::SelectedRecord selected = spf::select_record(verdict.sender_record->texts);
  if (selected.count != 1) return -1;
  audit::RecordReport record;
  record.owner = verdict.sender_record->domain.to_string();
  record.kind = audit::Kind::spf;
  record.value = *selected.first;
  return add_record(out, std::move(record));
}

void take(finding::Findings findings, DomainReport& out) {
  for (finding::Finding& one : std::move(findings).take()) out.findings.push_back(std::move(one));
}

void add_unknown(const dns::Name& name, dns::Type type, const dns::Answer& answer, DomainReport& out) {
  if (!answer.unknown()) return;
  out.unknown.push_back(
      {fmt::format("{} {}", name.to_string(), to_string(type)), std::string(to_string(answer.trouble))});
}

void report_author(const AuthorVerdict& author, const Verdict& verdict, DomainReport& out) {
  for (const dmarc::LookupPtr& lookup : author.discovery.lookups()) {
    if (lookup != nullptr && lookup->found == dmarc::Found::unknown) {
      add_unknown(lookup->owner, dns::Type::txt, lookup->answer, out);
    }
  }
  const int policy = add_policy_record(author, out);
  const int sender = add_sender_record(verdict, out);
  finding::Findings findings;
  check_alignment(verdict, policy, findings);
  check_authorization(verdict, sender, findings);
  take(std::move(findings), out);
}

}  // namespace

std::vector<DomainReport> report(const mail::Message& message, const Verdict& verdict, Profile profile) {
  std::vector<DomainReport> out = audit::report_signatures(verdict.dkim);
  DomainReport& about_author =
      report_for(out, verdict.author.domains.empty() ? "" : verdict.author.domains.front().to_lower());
  if (const AuthorVerdict* author = verdict.of_author()) report_author(*author, verdict, about_author);
  finding::Findings findings;
  if (profile == Profile::bulk_sender) check_bulk_sender(message, verdict, findings);
  check_client(verdict, findings);
  take(std::move(findings), about_author);
  std::erase_if(out, [](const DomainReport& one) { return one.findings.empty() && one.unknown.empty(); });
  return out;
}

}  // namespace envelint::verdict
