#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::net {

enum class Family : std::uint8_t { v4, v6 };

/// An IPv4 or IPv6 address. A value type of 17 bytes; IPv4 sorts before IPv6.
class Address {
 public:
  /// 0.0.0.0
  Address() = default;
  /// An IPv4 address from its four octets in network order.
  constexpr explicit Address(std::array<std::uint8_t, 4> octets) noexcept
      : octets_{octets[0], octets[1], octets[2], octets[3]} {}
  /// An IPv6 address from its sixteen octets in network order.
  constexpr explicit Address(std::array<std::uint8_t, 16> octets) noexcept : family_(Family::v6), octets_(octets) {}

  /// Reads dotted-quad IPv4, four decimal numbers up to 255 without leading zeros (`ip4-network`, RFC 7208 §5.6).
  [[nodiscard]] static std::optional<Address> parse_v4(std::string_view text) noexcept;
  /// Reads IPv6 text (RFC 4291 §2.2), without zone and brackets.
  [[nodiscard]] static std::optional<Address> parse_v6(std::string_view text) noexcept;
  /// Reads either.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text) noexcept;

  [[nodiscard]] constexpr Family family() const noexcept { return family_; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return family_ == Family::v4; }
  /// 32 or 128.
  [[nodiscard]] constexpr int bits() const noexcept { return is_v4() ? 32 : 128; }
  /// The octets in network order; for IPv4 the first four, the rest zero.
  [[nodiscard]] constexpr const std::array<std::uint8_t, 16>& octets() const noexcept { return octets_; }
  /// The IPv4 address inside an IPv4-mapped one (::ffff:0:0/96), else the address itself (RFC 7208 §5).
  [[nodiscard]] Address unmapped() const noexcept;
  /// Whether this is an IPv4-mapped IPv6 address.
  [[nodiscard]] bool is_mapped() const noexcept;

  /// "192.0.2.1"; IPv6 as RFC 5952 wants it, an IPv4-mapped address as "::ffff:192.0.2.1" (§5).
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const Address&, const Address&) noexcept = default;

 private:
  Family family_ = Family::v4;
  std::array<std::uint8_t, 16> octets_{};
};

}  // namespace envelint::net
