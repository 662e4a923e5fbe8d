#pragma once

#include <envelint/audit/mx_rules.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/zone_file.hpp>

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
  /// Whether the file is where this name would have to stand: at or below a zone's apex, or an origin where the file
  /// shows no apex, and not below a delegation.
  [[nodiscard]] bool is_authoritative_for(const dns::Name& name) const;

 private:
  [[nodiscard]] bool is_delegated(const dns::Name& name) const;

  std::unordered_map<dns::Name, std::vector<net::Address>> addresses_;
  std::unordered_map<dns::Name, dns::Name> aliases_;
  std::unordered_set<dns::Name> wildcards_;  // parents of `*`
  std::unordered_set<dns::Name> delegations_;
  std::vector<dns::Name> apexes_;
};

}  // namespace envelint::audit
