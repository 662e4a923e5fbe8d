#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/record_index.hpp>
#include <envelint/audit/report.hpp>

#include <cstddef>
#include <vector>

namespace envelint::audit {

/// Most hosts of TLS reports that are looked at: no real record names as many.
inline constexpr std::size_t kMaxTlsReportHosts = 8;

/// The hosts that the domain's TLS-RPT record has reports mailed to, each once, with nothing known of them yet. None where
/// senders discard the record. Pure.
[[nodiscard]] std::vector<TlsReportHost> tls_report_hosts(const DomainFacts& facts);

/// Whether the reports can arrive: RPT008. Pure.
void judge_tls_report_hosts(const DomainFacts& facts, RecordIndex& index, DomainReport& report);

}  // namespace envelint::audit
