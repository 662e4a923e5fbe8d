#pragma once

#include <envelint/audit/report.hpp>

namespace envelint::audit {

/// Adds the findings about several records where only one may be: DKIM003, STS002 and RPT002.
void check_single_records(DomainReport& domain);

}  // namespace envelint::audit
