#pragma once

#include <envelint/dkim/key_record.hpp>
#include <envelint/finding/finding.hpp>

#include <string_view>

namespace envelint::dkim {

/// All that can be said of a key record by its text: DKIM004 to 022, 024 to 028, 030 to 033, 044 and 049.
///
/// A record in which a private key stands draws DKIM014 alone; that finding is secret, and nothing of the key is in its
/// texts. Pure: the same record always gives the same findings.
void check(const KeyRecord& record, finding::Findings& out);

/// Whether a key record's owner name can be asked for: the selector's labels (RFC 6376 §3.1). DKIM043.
///
/// @param owner  in presentation form. A name that holds no `_domainkey` label is none of this rule's business.
void check_owner(std::string_view owner, finding::Findings& out);

}  // namespace envelint::dkim
