#pragma once

#include "command_line.hpp"

#include <envelint/dns/zone_file.hpp>

#include <expected>
#include <string>
#include <vector>

namespace cli {

/// The zone files a command is given.
struct ZoneInput {
  std::vector<std::string> paths;  ///< --zone
  std::string origin;              ///< --origin
  bool any_include = false;        ///< --any-include
};

/// Adds --zone, --origin and --any-include. `input` must outlive the parsing.
void add_zone_options(Command& command, ZoneInput& input);

/// How one of the files is to be read, or what is wrong with --origin.
[[nodiscard]] std::expected<envelint::dns::ZoneOptions, std::string> zone_options(const ZoneInput& input,
                                                                                  const std::string& path);

/// Reads all files as if they were one; at least one must be given. Faults of syntax are in the zone.
/// @return the zone, or which file cannot be read and why.
[[nodiscard]] std::expected<envelint::dns::Zone, std::string> read_zones(const ZoneInput& input);

}  // namespace cli
