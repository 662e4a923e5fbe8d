#pragma once

#include <envelint/dane/tlsa_record.hpp>
#include <envelint/dns/record.hpp>
#include <envelint/finding/finding.hpp>

#include <span>
#include <string_view>

namespace envelint::dane {

/// The findings about one record's own text: TLSA006 to TLSA011 and TLSA013. `text` is what `record` was read from;
/// their spans and edits are offsets into it. For a record that came over the wire, read `print(tlsa)` first.
void check_record(std::string_view text, const TlsaRecord& record, finding::Findings& out);

/// The findings about the records of one name together: TLSA014 and TLSA016. They stand at no place in a text; the
/// caller sets the owner.
void check_rrset(std::span<const dns::Tlsa> records, finding::Findings& out);

}  // namespace envelint::dane
