#pragma once

#include <envelint/rehearsal/rehearse.hpp>

#include <string>

namespace envelint::render {

/// A rehearsal as one document of the schema `envelint/rehearse/1` (docs/schema/rehearse-1.json), ended by a line feed.
[[nodiscard]] std::string rehearsal_json(const rehearsal::Rehearsal& rehearsal);

}  // namespace envelint::render
