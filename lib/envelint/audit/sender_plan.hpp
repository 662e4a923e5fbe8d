#pragma once

#include <envelint/audit/domain_facts.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/net/address.hpp>
#include <envelint/spf/check_host.hpp>

#include <vector>

namespace envelint::audit {

/// Most hosts that an SPF record names one by one whose addresses are asked for.
inline constexpr std::size_t kMaxSenders = 10;

/// The single addresses that the domain's own SPF record lets send: `ip4` and `ip6` without a shorter prefix, and the
/// domain's addresses for a plain `a`. Pure.
[[nodiscard]] std::vector<net::Address> listed_senders(const DomainFacts& facts);

/// The hosts of the same organizational domain that its SPF record lets send by name, `a:mail.example.com`. Pure.
[[nodiscard]] std::vector<dns::Name> named_senders(const DomainFacts& facts);

/// The names in the same organizational domain by which hosts that may send are likely to say HELO: those of reverse DNS
/// that lead back, else the hosts' own. Pure.
[[nodiscard]] std::vector<dns::Name> helo_names(const DomainFacts& facts);

/// Whether the address passed by a term of the domain's own record that stands for single hosts, and not by a network
/// or another's record. Pure.
[[nodiscard]] bool singles_out(const spf::CheckResult& result);

}  // namespace envelint::audit
