#pragma once

#include <envelint/net/address.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace envelint::mail {

/// What a host wrote into the Received field that it put on a message (RFC 5321 §4.4). All texts are bytes of others.
struct Received {
  std::string helo;                    ///< behind `from`: the name given with HELO or EHLO; may be empty
  std::optional<net::Address> client;  ///< the address that connected, from the comment behind it
  std::string client_name;             ///< the name that the host found for that address; may be empty
  std::string by;                      ///< the host that wrote the field
  std::string protocol;                ///< behind `with`: `ESMTPS`
  std::string id;
  std::string envelope_from;  ///< `(envelope-from <…>)`, as Exim and Sendmail write it; may be empty
  std::string date;           ///< behind the `;`

  /// Whether the protocol is one of those with TLS (RFC 3848): ESMTPS, ESMTPSA, LMTPS, UTF8SMTPS, …
  [[nodiscard]] bool tls() const noexcept;
};

/// Reads a Received field, in the forms that Postfix, Exim, Sendmail, Exchange, Gmail and qmail write.
/// @param value  folds included; any octets, of which the first 8 KiB are read. Never throws but for memory.
[[nodiscard]] Received parse_received(std::string_view value);

}  // namespace envelint::mail
