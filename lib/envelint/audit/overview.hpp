#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/finding/severity.hpp>

#include <optional>
#include <vector>

namespace envelint::audit {

/// What stands in DNS for a domain's mail, a line an area: MX, SPF, DKIM, DMARC, MTA-STS, TLS-RPT. None for a domain that
/// does not exist. An area of which nothing was asked has no line. Pure.
///
/// @param report  of that domain, with its records.
[[nodiscard]] std::vector<OverviewLine> overview_of(const DomainFacts& facts, const DomainReport& report);

/// The severity of the worst finding of an area, among those that are in the report now.
[[nodiscard]] std::optional<finding::Severity> worst_in(const DomainReport& report, Kind area);

}  // namespace envelint::audit
