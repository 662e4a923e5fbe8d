#pragma once

#include <envelint/dns/zone_file.hpp>

namespace envelint::dns {

/// Adds all of `other` behind what is in `zone`, as if both had been one file: indexes into files, origins and
/// records are shifted.
void append(Zone& zone, Zone other);

}  // namespace envelint::dns
