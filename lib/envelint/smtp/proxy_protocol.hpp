#pragma once

#include <envelint/net/address.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace envelint::smtp {

/// Octets of a PROXY header. Version 1 has 107 at most; version 2 can have certificates in it, which nobody sends here.
inline constexpr std::size_t kMaxProxyHeader = 4096;

/// What the beginning of a connection says (the PROXY protocol, HAProxy's proxy-protocol.txt, versions 1 and 2).
struct ProxyHeader {
  enum class State : std::uint8_t {
    open,  ///< it may become one
    bad,   ///< it is none, or of UDP, or longer than kMaxProxyHeader
    whole,
  };
  State state = State::open;
  std::size_t size = 0;                 ///< octets of a whole one
  std::optional<net::Address> address;  ///< of the client; nothing for UNKNOWN, LOCAL and local sockets
  std::uint16_t port = 0;
};

/// Reads a header at the start of `bytes`, which may go on behind it. The result does not depend on how much follows.
[[nodiscard]] ProxyHeader read_proxy_header(std::string_view bytes);

}  // namespace envelint::smtp
