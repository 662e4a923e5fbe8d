#pragma once

#include <envelint/dns/authoritative.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/paint.hpp>

#include <cstddef>
#include <string>

namespace envelint::render {

/// Appends what the servers of a domain's zones say: a line for each with its serial, how long caches may hide a
/// change, and each question about which they or the resolver differ, with who says what. Ends in a line feed; no line
/// is wider than the width. Whatever the answers hold is made visible.
void append_servers(std::string& out, const Painter& paint, std::size_t width, const dns::AuthoritativeFacts& facts);

/// Writes the same, whole, as the member `authoritative` of a domain.
void write_servers(JsonWriter& json, const dns::AuthoritativeFacts& facts);

}  // namespace envelint::render
