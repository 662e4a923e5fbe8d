#pragma once

#include <envelint/inbox/search.hpp>

#include <expected>
#include <string>

namespace cli {

/// Reads the value of `--query`.
/// @return what is wrong, with the query and carets below the place, ready for a terminal
[[nodiscard]] std::expected<envelint::inbox::Search, std::string> read_query(const std::string& query);

}  // namespace cli
