#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/zone_file.hpp>

#include <span>
#include <vector>

namespace envelint::audit {

/// Judges the records of a zone file that concern mail, by what stands in the file, and for domains of which more was
/// asked, by that too.
///
/// Records are gathered by mail domain: `_dmarc.example.com` and the keys below `_domainkey.example.com` belong to
/// example.com. Findings about the file itself stand with the zone's apex. What comments in the file silence is left
/// out, and a comment that silences nothing is a finding (X017).
///
/// @param only  the domains to report on; all of them when empty. A domain of which the file knows nothing is
///              reported without records.
/// @param facts what DNS says of some domains; records that are not in the file are added to their reports.
[[nodiscard]] Report audit_zone(const dns::Zone& zone, const std::vector<dns::Name>& only = {},
                                std::span<const DomainFacts> facts = {});

}  // namespace envelint::audit
