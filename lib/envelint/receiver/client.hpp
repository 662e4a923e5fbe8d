#pragma once

#include <envelint/net/address.hpp>
#include <envelint/smtp/envelope.hpp>
#include <envelint/verdict/envelope.hpp>

#include <optional>
#include <string>

namespace envelint::receiver {

/// Who the client is to be, whoever connects.
struct ClientOverride {
  std::optional<net::Address> address;
  std::optional<std::string> helo;
};

/// The envelope as a verdict takes it: who XCLIENT or PROXY told of, or who connected, or who it is to be.
[[nodiscard]] verdict::Envelope envelope_of(const smtp::Envelope& envelope, const ClientOverride& client);

/// Whether nobody said who the client is and its address is of this host or network: no SPF record means such addresses.
[[nodiscard]] bool says_nothing(const smtp::Envelope& envelope, const ClientOverride& client);

}  // namespace envelint::receiver
