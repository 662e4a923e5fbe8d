#pragma once

#include <envelint/dns/text.hpp>
#include <envelint/finding/finding.hpp>
#include <envelint/mta_sts/record.hpp>

#include <string_view>

namespace envelint::mta_sts {

/// The findings about a record's own text: STS003 to STS007. `value` is what `record` was read from.
void check_record(std::string_view value, const Record& record, finding::Findings& out);

/// Everything that can be said of the value of a TXT record at `_mta-sts.<domain>`: the above, and what
/// dns::check_text finds in any record.
void check_value(const dns::Text& text, finding::Findings& out);

}  // namespace envelint::mta_sts
