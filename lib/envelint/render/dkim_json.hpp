#pragma once

#include <envelint/dkim/autopsy.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/render/json_writer.hpp>

#include <span>
#include <vector>

namespace envelint::render {

/// Adds the array `dkim` to an object that is open: a result for each signature in the order of the fields, or one
/// `none` (docs/schema/verify-1.json).
/// @param autopsies  one for each result, or none; those that are needed become `autopsy` (docs/schema/autopsy-1.json).
void add_dkim_results(JsonWriter& json, const mail::Message& message, const std::vector<dkim::SignatureResult>& results,
                      std::span<const dkim::Autopsy> autopsies = {});

}  // namespace envelint::render
