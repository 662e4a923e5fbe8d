#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/mail/message.hpp>

#include <vector>

namespace envelint::audit {

/// What a signature of a received message shows about how its domain signs (X013), whether it verifies or not.
void check_signature(const dkim::SignatureResult& result, finding::Findings& out);

/// A report for each domain that has signed, in the order of the first of its signatures: what its signatures show, and
/// where a key is what keeps a signature from verifying, that key's record with all that can be said of it. Pure.
[[nodiscard]] std::vector<DomainReport> report_signatures(const std::vector<dkim::SignatureResult>& results);

}  // namespace envelint::audit
