#pragma once

#include <envelint/render/json_writer.hpp>
#include <envelint/spf/tree.hpp>

namespace envelint::render {

/// The member `spf` of a domain: what its SPF record leads to, what that costs, and how it becomes cheaper.
void add_spf(JsonWriter& json, const spf::Tree& tree);

}  // namespace envelint::render
