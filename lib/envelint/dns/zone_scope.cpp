#include <envelint/dns/zone_scope.hpp>

#include <algorithm>

namespace envelint::dns {

ZoneScope::ZoneScope(std::span<const Zone> zones) {
  for (const Zone& zone : zones) {
    for (const ZoneRecord& entry : zone.records) {
      if (entry.record.type == Type::soa) apexes_.push_back(entry.record.owner);
      if (entry.record.type == Type::ns) delegations_.insert(entry.record.owner);
    }
  }
  whole_zone_ = !apexes_.empty();
  if (!whole_zone_) {
    for (const Zone& zone : zones) apexes_.insert(apexes_.end(), zone.origins.begin(), zone.origins.end());
  }
  for (const Name& apex : apexes_) delegations_.erase(apex);
}

bool ZoneScope::is_delegated(const Name& name) const {
  if (delegations_.empty()) return false;
  for (Name at = name; !at.is_root(); at = at.parent()) {
    if (delegations_.contains(at)) return true;
  }
  return false;
}

bool ZoneScope::holds(const Name& name) const {
  return std::ranges::any_of(apexes_, [&](const Name& apex) { return name.is_within(apex); }) && !is_delegated(name);
}

}  // namespace envelint::dns
