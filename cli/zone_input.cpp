#include "zone_input.hpp"

#include <envelint/dns/name_input.hpp>
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_merge.hpp>

#include <fmt/core.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace cli {

using envelint::dns::Zone;
using envelint::dns::ZoneOptions;

void add_zone_options(Command& command, ZoneInput& input) {
  command.option("--zone", input.paths, "a zone file; may be given several times")
      .value("FILE");  // what follows is a domain
  command.option("--origin", input.origin, "the name that relative names in the zone file are below").value("NAME");
  command.flag("--any-include", input.any_include, "let $INCLUDE open files outside the zone file's folder");
}

std::expected<ZoneOptions, std::string> zone_options(const ZoneInput& input, const std::string& path) {
  ZoneOptions options;
  if (!input.origin.empty()) {
    const auto origin = envelint::dns::parse_name(input.origin);
    if (!origin) return std::unexpected("--origin " + origin.error());
    options.origin = *origin;
  }
  options.opener = envelint::dns::disk_opener(std::filesystem::path(path).parent_path(), input.any_include);
  return options;
}

std::expected<Zone, std::string> read_zones(const ZoneInput& input) {
  std::optional<Zone> zone;
  for (const std::string& path : input.paths) {
    const auto options = zone_options(input, path);
    if (!options) return std::unexpected(options.error());
    auto text = envelint::dns::open_zone_file(path);
    if (!text) return std::unexpected(fmt::format("{}: {}", path, text.error()));
    Zone read = envelint::dns::read_zone(*std::move(text), *options);
    if (zone) {
      envelint::dns::append(*zone, std::move(read));
    } else {
      zone = std::move(read);
    }
  }
  return *std::move(zone);
}

}  // namespace cli
