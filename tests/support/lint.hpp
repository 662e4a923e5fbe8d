#pragma once

#include <envelint/audit/judge.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/finding/finding.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// The codes of findings in their order, with a blank between: "SPF020 SPF062".
inline std::string codes(const std::vector<envelint::finding::Finding>& findings) {
  std::string out;
  for (const auto& finding : findings) {
    out.append(out.empty() ? "" : " ").append(envelint::finding::entry(finding.code).id);
  }
  return out;
}

/// What `lint --record` finds.
inline std::string record_codes(std::string_view value, std::string_view owner = {}) {
  return codes(envelint::audit::judge_record(owner, envelint::dns::Text(std::string(value)), {}).findings);
}

/// A zone file of this text, relative to example.com.
inline envelint::dns::Zone zone(std::string_view text) {
  envelint::dns::ZoneOptions options;
  options.origin = *envelint::dns::Name::parse("example.com");
  return envelint::dns::read_zone({.path = "test.zone", .content = std::string(text), .identity = {}}, options);
}

/// What `lint --zone` finds: "domain: CODE CODE" for each domain, separated by "; ".
inline std::string zone_codes(std::string_view text, std::vector<envelint::dns::Name> only = {}) {
  std::string out;
  for (const auto& domain : envelint::audit::audit_zone(zone(text), only).domains) {
    std::string found = codes(domain.findings);
    out.append(out.empty() ? "" : "; ").append(domain.domain).append(found.empty() ? "" : ": ").append(found);
  }
  return out;
}

}  // namespace test
