#pragma once

#include "command_line.hpp"

#include <envelint/audit/collect.hpp>

#include <cstdint>

namespace cli {

class DnsSource;
struct DnsOptions;

/// Whether the zone's own servers are asked too.
struct AuthoritativeChoice {
  bool wanted = false;      ///< --authoritative
  std::uint16_t port = 53;  ///< --authoritative-port, which is not shown: for tests
};

/// Adds the options. `choice` must outlive the parsing.
void add_authoritative_options(Command& command, AuthoritativeChoice& choice);

/// Has `out` ask the servers over the network of `source`, if that is wanted and there is a network. Its deadline and
/// clock must be set before. A name server with an address of a private network or of this machine is asked only where
/// --nameserver names such a one, so that an inner zone is meant, or where the port is one of a test.
/// @return whether what was wanted can be done; not where all answers come from files.
[[nodiscard]] bool set_authoritative(const AuthoritativeChoice& choice, const DnsOptions& dns, DnsSource& source,
                                     envelint::audit::CollectOptions& out);

}  // namespace cli
