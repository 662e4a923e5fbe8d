#include <envelint/dns/zone_merge.hpp>

#include <iterator>
#include <utility>

namespace envelint::dns {
namespace {

template <typename T>
void move_behind(std::vector<T>& into, std::vector<T>& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void append(Zone& zone, Zone other) {
  const auto files = static_cast<std::uint32_t>(zone.files.size());
  const auto origins = static_cast<std::uint32_t>(zone.origins.size());
  const auto records = static_cast<std::uint32_t>(zone.records.size());
  for (ZoneRecord& record : other.records) {
    record.file += files;
    record.origin += origins;
  }
  for (ZoneFault& fault : other.faults) {
    fault.file += files;
    if (fault.record >= 0) fault.record += static_cast<int>(records);
  }
  for (Suppression& suppression : other.suppressions) {
    suppression.file += files;
    suppression.first_record += records;
    suppression.end_record += records;
  }
  for (ZoneTrouble& trouble : other.troubles) trouble.file += files;
  move_behind(zone.files, other.files);
  move_behind(zone.origins, other.origins);
  move_behind(zone.records, other.records);
  move_behind(zone.faults, other.faults);
  move_behind(zone.suppressions, other.suppressions);
  move_behind(zone.troubles, other.troubles);
}

}  // namespace envelint::dns
