#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/audit/record_index.hpp>
#include <envelint/audit/report.hpp>

namespace envelint::audit {

/// Puts the DMARC records that were found at a domain and above it, up to where names are registered, into its report,
/// and adds what discovery shows: which policy applies, where records stand in vain, whether reports can arrive.
void judge_dmarc_facts(const DomainFacts& facts, RecordIndex& index, DomainReport& report);

/// Adds DMARC002 for every name in the report with more than one DMARC record.
void check_several_dmarc_records(DomainReport& report);

}  // namespace envelint::audit
