#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/spf/record.hpp>

namespace envelint::spf {

/// What a record's text alone says about it (RFC 7208): the findings of its grammar, then those of its sense.
/// A pure function; many findings a record. Bytes outside ASCII are left to dns::check_text, which names them.
void check(const Record& record, finding::Findings& out);

}  // namespace envelint::spf
