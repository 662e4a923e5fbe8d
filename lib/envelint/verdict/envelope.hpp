#pragma once

#include <envelint/net/address.hpp>

#include <optional>
#include <string>
#include <utility>

/// What a receiver makes of a message: SPF, DKIM, ARC and DMARC together, and the account of how it came to it.
namespace envelint::verdict {

/// How a message arrived (RFC 5321 §2.3.1), as far as it is known. Not an aggregate: it is a coroutine parameter.
struct Envelope {
  Envelope() = default;
  Envelope(net::Address address, std::string helo_name, std::string sender)
      : client(address), helo(std::move(helo_name)), mail_from(std::move(sender)) {}

  std::optional<net::Address> client;  ///< the address that connected; without it there is no SPF
  std::string helo;                    ///< the name given with HELO or EHLO; bytes of others, may be empty
  std::string mail_from;               ///< MAIL FROM without angle brackets; empty: the null reverse-path of a bounce
  std::optional<bool> tls;             ///< whether the message came over TLS
};

}  // namespace envelint::verdict
