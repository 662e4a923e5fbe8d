#include <envelint/audit/tls_report_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/text/tag_list.hpp>
#include <envelint/tls_rpt/record.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace envelint::audit {
namespace {

using dmarc::Reach;

/// The one record that senders use (RFC 8460 §3): of several they use none.
const dns::Record* record_of(const DomainFacts& facts) {
  const dns::Record* found = nullptr;
  for (const dns::Record& record : facts.tls_rpt.records) {
    const auto* text = std::get_if<dns::Text>(&record.data);
    if (text == nullptr || !tls_rpt::parse(text->joined()).valid()) continue;
    if (found != nullptr) return nullptr;
    found = &record;
  }
  return is_from_wildcard(facts, facts.tls_rpt) ? nullptr : found;
}

/// The host in `mailto:tls@example.com`, perhaps with header fields behind a question mark (RFC 6068).
text::Span host_in(std::string_view value, const text::Span& uri) {
  const std::size_t start = value.find('@', uri.start) + 1;
  const std::size_t end = std::min(value.find('?', start), std::size_t{uri.end});
  return text::span_of(start, end);
}

std::string_view why(Reach reach) {
  switch (reach) {
    case Reach::no_such_host: return "it does not exist";
    case Reach::nowhere: return "it has neither an MX record nor an address";
    default: return "it takes no mail (null MX)";
  }
}

}  // namespace

std::vector<TlsReportHost> tls_report_hosts(const DomainFacts& facts) {
  std::vector<TlsReportHost> out;
  const dns::Record* entry = record_of(facts);
  if (entry == nullptr) return out;
  const std::string_view value = std::get<dns::Text>(entry->data).joined();
  for (const tls_rpt::Uri& uri : tls_rpt::parse(value).uris) {
    if (uri.scheme != tls_rpt::Uri::Scheme::mailto || uri.fault != tls_rpt::Uri::Fault::none) continue;
    const text::Span span = host_in(value, uri.span);
    const auto host = dns::Name::parse(text::slice(value, span));
    if (!host || out.size() == kMaxTlsReportHosts) continue;
    if (std::ranges::find(out, *host, &TlsReportHost::host) == out.end()) out.push_back({*host, span});
  }
  return out;
}

void judge_tls_report_hosts(const DomainFacts& facts, RecordIndex& index, DomainReport& report) {
  for (const TlsReportHost& one : facts.tls_report_hosts) {
    if (one.reach == Reach::reachable || one.reach == Reach::unknown) continue;
    if (one.host == facts.domain && facts.has_null_mx()) continue;  // MX006 speaks of it
    const std::string host = one.host.to_string();
    finding::Findings out;
    out.add(finding::Code::rpt_tls_reports_cannot_arrive, one.span)
        .record(index.of(*record_of(facts), Kind::tls_rpt))
        .message("no TLS reports arrive at `{}`: {}", host, why(one.reach))
        .note("senders that report get their mail back, and nobody learns that TLS fails")
        .help("correct the address, or have `{}` receive mail", host);
    report.findings.push_back(std::move(out.items().front()));
  }
}

}  // namespace envelint::audit
