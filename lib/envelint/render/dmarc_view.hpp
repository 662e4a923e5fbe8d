#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/render/paint.hpp>

#include <cstddef>
#include <string>

namespace envelint::render {

/// Appends a table of what both generations of receivers make of a domain's DMARC records, side by side, and every
/// question they ask. Names come from DNS and are made visible here; what does not fit is shortened in its middle.
void append_dmarc(std::string& out, const Painter& paint, const dmarc::Discovery& found, std::size_t width);

}  // namespace envelint::render
