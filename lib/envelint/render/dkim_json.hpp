#pragma once

#include <envelint/dkim/verify.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/render/json_writer.hpp>

#include <vector>

namespace envelint::render {

/// Adds the array `dkim` to an object that is open: a result for each signature in the order of the fields, or one
/// `none` (docs/schema/verify-1.json).
void add_dkim_results(JsonWriter& json, const mail::Message& message,
                      const std::vector<dkim::SignatureResult>& results);

}  // namespace envelint::render
