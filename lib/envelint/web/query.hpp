#pragma once

#include <envelint/inbox/search.hpp>
#include <envelint/web/exchange.hpp>

#include <expected>

namespace envelint::web {

/// What `query` asks for; everything where it is not there.
/// @return the search, or the refusal with the place of what is wrong in `start` and `end` (octets of the query)
[[nodiscard]] std::expected<inbox::Search, Reply> search_of(const Request& request);

}  // namespace envelint::web
