#pragma once

#include <envelint/inbox/store.hpp>
#include <envelint/web/exchange.hpp>

namespace envelint::web {

/// A message with all that is known about it, its header and its parts; 404 if there is none.
[[nodiscard]] Reply message_reply(const inbox::Store& store, inbox::MessageId id);

}  // namespace envelint::web
