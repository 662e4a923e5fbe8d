#pragma once

#include <envelint/receiver/arrival.hpp>
#include <envelint/receiver/clerk.hpp>

#include <string>

/// What happens at a receiver as JSON, an object on one line without its end (docs/schema/receive-1.json).
namespace envelint::receiver {

/// `message`, with its verdict as `envelint verify` has it.
/// @param path  of a file with its octets, where there is one
[[nodiscard]] std::string message_event(const Arrival& arrival, const std::string& receiver,
                                        const std::string& path = {});
/// `message_refused`: one that was sent, and that the session itself had to refuse.
[[nodiscard]] std::string refusal_event(const Refusal& refusal);
[[nodiscard]] std::string session_started_event(const smtp::SessionStart& start);
[[nodiscard]] std::string session_ended_event(const smtp::SessionEnd& end);

}  // namespace envelint::receiver
