#pragma once

#include <envelint/inbox/message.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/smtp/envelope.hpp>

#include <string_view>
#include <vector>

/// Received mail as members of a JSON object that is open (docs/schema/inbox-1.json, docs/schema/receive-1.json).
namespace envelint::receiver {

/// `envelope`.
void add_envelope(render::JsonWriter& json, const smtp::Envelope& envelope);
/// `from`, `to`, `subject`, `spf`, `dkim`, `arc`, `dmarc`, `disposition`: those there are.
void add_summary(render::JsonWriter& json, const inbox::Summary& summary);
/// `reply`: what the client was told.
void add_reply(render::JsonWriter& json, int code, std::string_view text);
/// `oddities` of the octets on the wire.
void add_oddities(render::JsonWriter& json, const std::vector<smtp::WireOddity>& oddities);
/// All members of a session; its transcript if there is one.
void add_session(render::JsonWriter& json, const inbox::Session& session);

}  // namespace envelint::receiver
