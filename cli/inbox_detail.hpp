#pragma once

#include "screen.hpp"

#include <envelint/inbox/store.hpp>

#include <optional>
#include <string>

namespace cli {

/// All that is known about a message but its octets.
/// @param session  the one it came in, if it is still kept
[[nodiscard]] std::string message_text(const Screen& screen, const envelint::inbox::Message& message,
                                       const std::optional<envelint::inbox::Session>& session);

/// A session with what was said in it.
[[nodiscard]] std::string session_text(const Screen& screen, const envelint::inbox::Session& session);

}  // namespace cli
