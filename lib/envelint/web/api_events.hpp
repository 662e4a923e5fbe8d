#pragma once

#include <envelint/web/api.hpp>

namespace envelint::web {

/// `GET /status`
[[nodiscard]] Reply get_status(Api& api, const Call& call);
/// `GET /events`: server-sent events, as long as somebody listens.
[[nodiscard]] Reply get_events(Api& api, const Call& call);
/// `GET /wait`: the first message that matches, as soon as there is one.
[[nodiscard]] Reply wait_for_message(Api& api, const Call& call);

}  // namespace envelint::web
