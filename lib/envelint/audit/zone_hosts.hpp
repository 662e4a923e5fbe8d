#pragma once

#include <envelint/audit/mx_rules.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_scope.hpp>

#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace envelint::audit {

/// What a zone file knows of host names. Names outside the zones it holds are unknown, never absent.
class ZoneHosts {
 public:
  explicit ZoneHosts(const dns::Zone& zone);

  /// What is known of the host an MX names.
  [[nodiscard]] MxTarget find(const dns::Name& name) const;

 private:
  dns::ZoneScope scope_;
  std::unordered_map<dns::Name, std::vector<net::Address>> addresses_;
  std::unordered_map<dns::Name, dns::Name> aliases_;
  std::unordered_set<dns::Name> wildcards_;  // parents of `*`
};

}  // namespace envelint::audit
