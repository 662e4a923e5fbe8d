#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/zone_file.hpp>

#include <string>
#include <unordered_map>
#include <vector>

namespace envelint::audit {

/// The domains of a zone file that mail is sent to or from, in the order in which they first show: those with an MX, SPF
/// or DMARC record of their own, and the apex of each zone. Wildcards and names with an underscore are none, nor are hosts
/// that an MX record names and that have an SPF record only: it is for their name in HELO (RFC 7208 §10.1.3). Pure.
[[nodiscard]] std::vector<dns::Name> mail_domains(const dns::Zone& zone);

/// The DKIM selectors that stand in a zone file, by domain: whatever is below `_domainkey`, but wildcards. Pure.
[[nodiscard]] std::unordered_map<dns::Name, std::vector<std::string>> selectors_of(const dns::Zone& zone);

}  // namespace envelint::audit
