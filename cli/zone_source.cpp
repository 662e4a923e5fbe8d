#include "zone_source.hpp"

#include <optional>
#include <utility>

namespace cli {

using namespace envelint;

std::expected<std::unique_ptr<DnsSource>, std::string> open_dns(const ZoneInput& input, const DnsOptions& options,
                                                                const std::function<void(std::string_view)>& warn) {
  std::optional<dns::Zone> zone;
  if (!input.paths.empty()) {
    auto read = read_zones(input);
    if (!read) return std::unexpected(std::move(read).error());
    zone = *std::move(read);
    if (!zone->faults.empty()) {
      warn("warning: not all of the zone file can be read; `envelint lint --zone FILE` shows where");
    }
  }
  return DnsSource::open(options, zone ? &*zone : nullptr, Outside::nothing);
}

}  // namespace cli
