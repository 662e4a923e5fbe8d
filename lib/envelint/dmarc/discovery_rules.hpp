#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dmarc/report_authorization.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/finding/finding.hpp>

#include <functional>
#include <string>

/// What can be found where a domain's DMARC records stand, beyond what their text shows. Pure functions: what was asked
/// goes in, findings come out.
namespace envelint::dmarc {

/// The place in a report of the DMARC record at an owner name; -1 where it has none.
using RecordAt = std::function<int(const dns::Name& owner)>;

/// Adds the findings about which policy applies to a domain (DMARC008, 030, 034 to 039, 069, 071, 074). What an answer
/// that did not come could change is not said.
void check_discovery(const Discovery& found, const RecordAt& record_at, finding::Findings& out);

/// Adds DMARC001 where no policy applies to the domain.
///
/// @param sends_mail  whether the domain may send mail: what record is best to begin with
void check_policy_exists(const Discovery& found, bool sends_mail, finding::Findings& out);

/// Adds the findings about the hosts that reports are to go to (DMARC059, 061, 062).
void check_destinations(const ReportAuthorization& reports, const RecordAt& record_at, finding::Findings& out);

}  // namespace envelint::dmarc
