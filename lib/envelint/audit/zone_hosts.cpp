#include <envelint/audit/zone_hosts.hpp>

#include <algorithm>

namespace envelint::audit {

using dns::Name;
using dns::Type;

ZoneHosts::ZoneHosts(const dns::Zone& zone) {
  for (const dns::ZoneRecord& entry : zone.records) {
    const dns::Record& record = entry.record;
    const auto labels = record.owner.labels();
    if (!labels.empty() && labels.front() == "*") wildcards_.insert(record.owner.parent());
    if (record.type == Type::soa) apexes_.push_back(record.owner);
    if (record.type == Type::ns) delegations_.insert(record.owner);
    if (const auto* address = std::get_if<net::Address>(&record.data)) addresses_[record.owner].push_back(*address);
    if (record.type == Type::cname) aliases_.emplace(record.owner, std::get<Name>(record.data));
  }
  if (apexes_.empty()) apexes_ = zone.origins;
  for (const Name& apex : apexes_) delegations_.erase(apex);
}

bool ZoneHosts::is_delegated(const Name& name) const {
  for (Name at = name; !at.is_root(); at = at.parent()) {
    if (delegations_.contains(at)) return true;
  }
  return false;
}

bool ZoneHosts::is_authoritative_for(const Name& name) const {
  return std::ranges::any_of(apexes_, [&](const Name& apex) { return name.is_within(apex); }) && !is_delegated(name);
}

MxTarget ZoneHosts::find(const Name& name) const {
  MxTarget target;
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
    target.state = MxTarget::State::alias;
    target.alias = alias->second;
  } else if (const auto found = addresses_.find(name); found != addresses_.end()) {
    target.state = MxTarget::State::addresses;
    target.addresses = found->second;
  } else if (is_authoritative_for(name)) {
    // A wildcard may answer for the name; which record it would give is not worth guessing.
    bool wild = false;
    for (Name at = name; !at.is_root(); at = at.parent()) wild = wild || wildcards_.contains(at.parent());
    target.state = wild ? MxTarget::State::unknown : MxTarget::State::absent;
  }
  return target;
}

}  // namespace envelint::audit
