#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/dns/text.hpp>

#include <vector>

namespace envelint::spf {

/// The SPF records among the TXT records of a name (RFC 7208 §4.5): those that are exactly `v=spf1`, or begin with
/// `v=spf1` and a space, in any letter case. None means that the domain has no SPF record; more than one is a permerror.
/// The pointers lead into `answer`.
[[nodiscard]] std::vector<const dns::Text*> select_records(const dns::Answer& answer);

}  // namespace envelint::spf
