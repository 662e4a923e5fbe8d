#include <envelint/audit/zone_hosts.hpp>

namespace envelint::audit {

using dns::Name;
using dns::Type;

ZoneHosts::ZoneHosts(const dns::Zone& zone) : scope_(zone) {
  for (const dns::ZoneRecord& entry : zone.records) {
    const dns::Record& record = entry.record;
    const auto labels = record.owner.labels();
    if (!labels.empty() && labels.front() == "*") wildcards_.insert(record.owner.parent());
    if (const auto* address = std::get_if<net::Address>(&record.data)) addresses_[record.owner].push_back(*address);
    if (record.type == Type::cname) aliases_.emplace(record.owner, std::get<Name>(record.data));
  }
}

MxTarget ZoneHosts::find(const Name& name) const {
  MxTarget target;
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
    target.state = MxTarget::State::alias;
    target.alias = alias->second;
  } else if (const auto found = addresses_.find(name); found != addresses_.end()) {
    target.state = MxTarget::State::addresses;
    target.addresses = found->second;
  } else if (scope_.holds(name)) {
    // A wildcard may answer for the name; which record it would give is not worth guessing.
    bool wild = false;
    for (Name at = name; !at.is_root(); at = at.parent()) wild = wild || wildcards_.contains(at.parent());
    target.state = wild ? MxTarget::State::unknown : MxTarget::State::absent;
  }
  return target;
}

}  // namespace envelint::audit
