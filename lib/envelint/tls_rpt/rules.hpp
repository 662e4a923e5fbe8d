#pragma once

#include <envelint/dns/text.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/tls_rpt/record.hpp>

#include <string_view>

namespace envelint::tls_rpt {

/// The findings about a record's own text: RPT003 to RPT007, RPT010, RPT013, RPT014. `value` is what `record` was
/// read from.
void check_record(std::string_view value, const Record& record, finding::Findings& out);

/// Everything that can be said of the value of a TXT record at `_smtp._tls.<domain>`: the above, and what
/// dns::check_text finds in any record.
void check_value(const dns::Text& text, finding::Findings& out);

}  // namespace envelint::tls_rpt
