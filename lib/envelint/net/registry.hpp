#pragma once

#include <envelint/net/prefix.hpp>

#include <span>
#include <string_view>

namespace envelint::net {

/// A block of addresses that is set aside for a purpose: the IANA special-purpose registries of IPv4 and IPv6
/// (RFC 6890), and the multicast and reserved blocks of the address space registries.
struct SpecialRange {
  Prefix prefix;
  std::string_view name;       ///< for a sentence, with no article: "private network"
  std::string_view reference;  ///< "RFC 1918"
  /// Whether mail from such an address cannot reach a server over the public Internet: the block is not routed there,
  /// or its addresses stand for no single sender.
  bool never_a_source = false;
};

/// The narrowest block that holds the address, or nullptr for an ordinary address. An IPv4-mapped address is in the
/// block of IPv4-mapped addresses: pass `unmapped()` to ask about the address inside it.
[[nodiscard]] const SpecialRange* special_range(const Address& address) noexcept;

/// The narrowest block that holds the whole prefix, or nullptr.
[[nodiscard]] const SpecialRange* special_range(const Prefix& prefix) noexcept;

/// Whether it is an address of this host or of one's own network, among whose hosts mail is passed on before it goes out.
/// Addresses for documentation stand for hosts outside. An IPv4-mapped address counts as IPv4.
[[nodiscard]] bool is_inner(const Address& address) noexcept;

/// All blocks; one that lies within another stands before it.
[[nodiscard]] std::span<const SpecialRange> special_ranges() noexcept;

}  // namespace envelint::net
