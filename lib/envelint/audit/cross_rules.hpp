#pragma once

#include <envelint/audit/report.hpp>

namespace envelint::audit {

/// The rules that need several records of one domain at once. Adds findings, and takes back those that another record
/// answers: `~all` needs no word where DMARC is enforced (SPF062).
void check_across(DomainReport& domain);

}  // namespace envelint::audit
