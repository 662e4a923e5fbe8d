#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/render/json_writer.hpp>

namespace envelint::render {

/// Writes the member `dmarc` of a domain: what receivers of RFC 9989 apply, and below it what both generations do.
void write_dmarc(JsonWriter& json, const dmarc::Discovery& found);

}  // namespace envelint::render
