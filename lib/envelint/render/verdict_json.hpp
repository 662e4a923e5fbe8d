#pragma once

#include <envelint/mail/message.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/verdict/evaluate.hpp>

namespace envelint::render {

/// Adds what is known of a message beside its signatures and its chain to an object that is open: `conclusion`,
/// `envelope`, `spf`, `spf_helo`, `reverse_dns`, `author`, `dmarc` and `story` (docs/schema/verify-1.json).
void add_verdict(JsonWriter& json, const mail::Message& message, const verdict::Verdict& verdict);

}  // namespace envelint::render
