#pragma once

#include <envelint/net/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::io {

/// An address and a port, and for link-local IPv6 the interface it is on (RFC 4007 §11). A value.
struct Endpoint {
  Endpoint() = default;
  Endpoint(net::Address host, std::uint16_t number) : address(host), port(number) {}
  Endpoint(net::Address host, std::uint16_t number, std::string interface)
      : address(host), port(number), scope(std::move(interface)) {}

  /// Reads `192.0.2.1`, `192.0.2.1:25`, `2001:db8::1`, `[2001:db8::1]:25`, `fe80::1%eth0` and `[fe80::1%eth0]:25`.
  [[nodiscard]] static std::optional<Endpoint> parse(std::string_view text, std::uint16_t default_port);

  /// In the same form, without the port where it is the default one.
  [[nodiscard]] std::string to_string(std::uint16_t default_port) const;
  [[nodiscard]] bool is_loopback() const noexcept;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;

  net::Address address;
  std::uint16_t port = 0;
  std::string scope;
};

}  // namespace envelint::io
