#pragma once

#include <envelint/dns/name.hpp>

#include <optional>

namespace envelint::dkim {

/// Where a key is: `<selector>._domainkey.<domain>` (RFC 6376 §3.6.2.1), made label by label and never from text.
/// @return nothing when the name would be too long to be asked for.
[[nodiscard]] std::optional<dns::Name> key_name(const dns::Name& selector, const dns::Name& domain);

}  // namespace envelint::dkim
