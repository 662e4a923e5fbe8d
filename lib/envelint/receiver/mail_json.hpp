#pragma once

#include <envelint/inbox/message.hpp>
#include <envelint/inbox/store.hpp>
#include <envelint/receiver/arrival.hpp>
#include <envelint/render/json_writer.hpp>
#include <envelint/smtp/envelope.hpp>

#include <optional>
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
/// Of a message that was judged: `client_says_nothing`, and `what_if` it came from an address that is listed.
void add_client_advice(render::JsonWriter& json, const Arrival& arrival);
/// All members of a message in a list.
void add_entry(render::JsonWriter& json, const inbox::Entry& entry);
/// All members of a message but its octets.
/// @param session  it came in, where that is kept and has ended
void add_message(render::JsonWriter& json, const inbox::Message& message, const std::optional<inbox::Session>& session);
/// All members of a session; its transcript if there is one.
void add_session(render::JsonWriter& json, const inbox::Session& session);

}  // namespace envelint::receiver
