#pragma once

#include <envelint/dns/resolver.hpp>
#include <envelint/net/address.hpp>
#include <envelint/task/task.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace envelint::verdict {

/// What looking up the name of a client comes to: `iprev` (RFC 8601 §3).
enum class ReverseStatus : std::uint8_t {
  none,       ///< the client is not known
  pass,       ///< a name of the address leads back to it (FCrDNS)
  fail,       ///< none of its names does
  temperror,  ///< DNS would not say
  permerror,  ///< the address has no name
};
[[nodiscard]] std::string_view to_string(ReverseStatus status) noexcept;

/// A name that reverse DNS has for the client.
struct ClientName {
  dns::Name name;
  bool leads_back = false;  ///< it has the client's address
  dns::Answer addresses;
};

struct ReverseDns {
  ReverseStatus status = ReverseStatus::none;
  dns::Answer ptr;
  std::vector<ClientName> names;  ///< the first kMaxClientNames

  /// The name that is confirmed, or nullptr.
  [[nodiscard]] const dns::Name* confirmed() const noexcept;
};

/// Names of one address that are looked at; more are ignored, as SPF does (RFC 7208 §4.6.4).
inline constexpr std::size_t kMaxClientNames = 10;

/// Whether a name has an address. `answer` is set to what DNS said.
[[nodiscard]] task::Task<bool> leads_to(dns::Resolver& resolver, dns::Name name, net::Address address,
                                        dns::Answer* answer);

/// Looks up the names of an address, and which of them lead back. An IPv4-mapped address counts as IPv4.
[[nodiscard]] task::Task<ReverseDns> look_up_client(dns::Resolver& resolver, net::Address client);

}  // namespace envelint::verdict
