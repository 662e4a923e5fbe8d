#pragma once

#include <envelint/io/endpoint.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace cli {

/// Reads where to listen: `127.0.0.1:2525`, `[::1]`, with `:0` for any port that is free.
[[nodiscard]] std::optional<envelint::io::Endpoint> parse_listen_address(std::string_view text,
                                                                         std::uint16_t default_port);

}  // namespace cli
