#pragma once

#include <envelint/net/address.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::net {

/// All addresses of one family that begin with the same bits: "192.0.2.0/24". A value type.
/// The address may have bits set behind the prefix, as people write them; they do not count for what it contains.
class Prefix {
 public:
  /// 0.0.0.0/32
  Prefix() = default;
  /// The one address.
  constexpr explicit Prefix(const Address& address) noexcept : Prefix(address, address.bits()) {}
  /// `length` lies between 0 and `address.bits()`; what is outside is taken as the nearer of both.
  constexpr Prefix(const Address& address, int length) noexcept
      : address_(address), length_(static_cast<std::uint8_t>(std::clamp(length, 0, address.bits()))) {}

  /// Reads an address, perhaps followed by `/` and a length in decimal without leading zeros.
  [[nodiscard]] static std::optional<Prefix> parse(std::string_view text) noexcept;

  /// The address as it was given.
  [[nodiscard]] constexpr const Address& address() const noexcept { return address_; }
  [[nodiscard]] constexpr int length() const noexcept { return length_; }
  [[nodiscard]] constexpr Family family() const noexcept { return address_.family(); }

  /// The first address, all bits behind the prefix zero.
  [[nodiscard]] Address first() const noexcept;
  /// The last address, all bits behind the prefix one.
  [[nodiscard]] Address last() const noexcept;
  /// The same prefix with no bits behind it.
  [[nodiscard]] Prefix network() const noexcept { return {first(), length()}; }
  /// Whether the address has bits set behind the prefix.
  [[nodiscard]] bool has_host_bits() const noexcept { return first() != address_; }

  /// False for an address of the other family, an IPv4-mapped one too.
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  /// Whether every address of `other` is in this prefix.
  [[nodiscard]] bool contains(const Prefix& other) const noexcept {
    return length_ <= other.length_ && contains(other.address_);
  }
  /// Whether there is an address in both; one then contains the other.
  [[nodiscard]] bool overlaps(const Prefix& other) const noexcept { return contains(other) || other.contains(*this); }

  /// The number of addresses: a power of two, exact, up to 2^128.
  [[nodiscard]] long double size() const noexcept;

  /// "192.0.2.0/24"; a single address without its length.
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const Prefix&, const Prefix&) noexcept = default;

 private:
  Address address_;
  std::uint8_t length_ = 32;
};

}  // namespace envelint::net
