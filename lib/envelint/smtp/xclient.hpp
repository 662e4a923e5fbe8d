#pragma once

#include <envelint/net/address.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::smtp {

/// What an XCLIENT command tells (Postfix, XCLIENT_README). What is not there, or `[UNAVAILABLE]` or `[TEMPUNAVAIL]`, is
/// nothing; attributes about the server's own address are read and left out.
struct XclientData {
  std::optional<std::string> name;
  std::optional<net::Address> address;
  std::optional<std::uint16_t> port;
  std::optional<std::string> hello;
  std::optional<std::string> login;
};

/// Reads the argument of XCLIENT. @return the data, or a clause for the client that says what is wrong
[[nodiscard]] std::expected<XclientData, std::string> parse_xclient(std::string_view argument);

}  // namespace envelint::smtp
