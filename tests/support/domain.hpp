#pragma once

#include <support/lint.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What `lint example.com` finds where DNS is the text of a zone, relative to example.com, and nothing else exists.
namespace test {

inline envelint::audit::DomainFacts domain_facts(std::string_view text, std::vector<std::string> selectors = {}) {
  static const envelint::dns::PublicSuffixList suffixes;
  envelint::dns::ZoneResolver dns(zone(text));
  envelint::audit::CollectOptions options;
  options.selectors = std::move(selectors);
  const auto domain = *envelint::dns::Name::parse("example.com");
  return envelint::task::sync_wait(envelint::audit::collect(dns, domain, options, suffixes));
}

inline envelint::audit::DomainReport domain_report(std::string_view text, std::vector<std::string> selectors = {}) {
  return envelint::audit::judge_domain(domain_facts(text, std::move(selectors)));
}

/// The finding of a code, or nullptr.
inline const envelint::finding::Finding* finding_of(const envelint::audit::DomainReport& report,
                                                    std::string_view code) {
  for (const auto& finding : report.findings) {
    if (envelint::finding::entry(finding.code).id == code) return &finding;
  }
  return nullptr;
}

inline bool finds(std::string_view code, std::string_view text, std::vector<std::string> selectors = {}) {
  return finding_of(domain_report(text, std::move(selectors)), code) != nullptr;
}

/// `severity owner: help`; empty without the finding.
inline std::string said(std::string_view code, std::string_view text, std::vector<std::string> selectors = {}) {
  const auto report = domain_report(text, std::move(selectors));
  const auto* finding = finding_of(report, code);
  if (finding == nullptr) return {};
  return std::string(to_string(finding->severity)) + " " + finding->owner + ": " + finding->help;
}

}  // namespace test
