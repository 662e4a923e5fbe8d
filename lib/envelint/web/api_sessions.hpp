#pragma once

#include <envelint/web/api.hpp>

namespace envelint::web {

/// `GET /sessions`: the newest first, without their transcripts.
[[nodiscard]] Reply list_sessions(Api& api, const Call& call);
/// `GET /sessions/{id}`: with what was said.
[[nodiscard]] Reply get_session(Api& api, const Call& call);

}  // namespace envelint::web
