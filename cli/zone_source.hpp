#pragma once

#include "dns_source.hpp"
#include "zone_input.hpp"

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

/// The DNS of a command for which zone files, where there are any, are the whole world.
///
/// @param warn  is told that a zone file can be read in part only.
/// @return the source, or in a few words what cannot be read or done.
[[nodiscard]] std::expected<std::unique_ptr<DnsSource>, std::string> open_dns(
    const ZoneInput& input, const DnsOptions& options, const std::function<void(std::string_view)>& warn);

}  // namespace cli
