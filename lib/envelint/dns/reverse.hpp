#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/net/address.hpp>

namespace envelint::dns {

/// The name whose PTR records name an address: `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), or 32 nibbles below
/// `ip6.arpa` (RFC 3596 §2.5). An IPv4-mapped address counts as the IPv4 address in it.
[[nodiscard]] Name reverse_name(const net::Address& address);

/// Whether a name is at or below one of the two, `in-addr.arpa` and `ip6.arpa`.
[[nodiscard]] bool is_reverse_name(const Name& name);

}  // namespace envelint::dns
