#pragma once

#include <envelint/dns/resolver.hpp>

#include <string>

namespace envelint::dns {

/// An answer in a few words for a person: `192.0.2.1, 192.0.2.2`, `does not exist`, `no such record`, or the trouble.
/// At most ten records are shown. Holds bytes of others: whoever prints it makes control characters visible.
[[nodiscard]] std::string describe(const Answer& answer);

}  // namespace envelint::dns
