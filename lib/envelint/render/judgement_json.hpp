#pragma once

#include <envelint/render/json_writer.hpp>
#include <envelint/verdict/judge.hpp>

#include <string>
#include <string_view>

namespace envelint::render {

/// Who says it in the fields that are written, where no receiver is named. The name of this machine would differ from
/// run to run.
inline constexpr std::string_view kNoReceiver = "localhost";

/// Adds what is known of a message to an object that is open (docs/schema/verify-1.json), from `conclusion` on.
/// @param receiver  the name of the host that checks; may be empty
void add_judgement(JsonWriter& json, const verdict::Judgement& judged, const std::string& receiver);

}  // namespace envelint::render
