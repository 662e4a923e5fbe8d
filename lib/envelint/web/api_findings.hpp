#pragma once

#include <envelint/web/api.hpp>

namespace envelint::web {

/// `GET /findings/{code}`: its page, as `envelint explain` prints it.
[[nodiscard]] Reply get_finding(Api& api, const Call& call);

}  // namespace envelint::web
