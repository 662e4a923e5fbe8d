#pragma once

#include <envelint/finding/finding.hpp>
#include <envelint/spf/record.hpp>

namespace envelint::spf {

/// The version at the start of the record: SPF004, SPF005, and SPF025 right behind it.
void check_version(const Record& record, finding::Findings& out);

/// A finding for each fault of the grammar, one for faults that have one cause: SPF020 to SPF044.
void check_syntax(const Record& record, finding::Findings& out);

/// SPF034 for a term whose domain is a URL or a mail address. Whether it is one.
bool url_as_domain(const Record& record, const Term& term, finding::Findings& out);

}  // namespace envelint::spf
