#pragma once

#include <envelint/render/json_writer.hpp>
#include <envelint/spf/check_host.hpp>

namespace envelint::render {

/// Adds the members of an SPF result to an object that is open: `result`, `identity`, `domain` and what else
/// docs/schema/spf-1.json says of them. `trace` is there when the result has one.
void add_spf_members(JsonWriter& json, const spf::CheckResult& result);

}  // namespace envelint::render
