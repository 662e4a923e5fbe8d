#pragma once

#include <envelint/arc/validate.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/render/terminal.hpp>

#include <string>

namespace envelint::render {

/// Lays out what became of a message's ARC chain for a terminal: a conclusion, and for each set who sealed it. Empty for
/// a message without a chain; else it ends in a line feed.
[[nodiscard]] std::string arc_text(const arc::ChainResult& result, const TerminalOptions& options = {});

/// Adds the object `arc` to an object that is open (docs/schema/verify-1.json).
void add_arc(JsonWriter& json, const arc::ChainResult& result);

}  // namespace envelint::render
