#pragma once

#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dmarc_test {

using envelint::dmarc::Discovery;
using envelint::dmarc::EffectivePolicy;
using envelint::dmarc::Generation;
using envelint::dmarc::LookupPtr;
using envelint::dmarc::Outcome;
using envelint::dns::FakeResolver;
using envelint::dns::Name;

inline Name name(std::string_view text) { return *Name::parse(text); }

inline const envelint::dns::PublicSuffixList& suffixes() {
  static const envelint::dns::PublicSuffixList list;
  return list;
}

inline Discovery discover(FakeResolver& dns, std::string_view domain) {
  return envelint::task::sync_wait(envelint::dmarc::discover(dns, name(domain), suffixes()));
}

inline Discovery discover(std::string_view zone, std::string_view domain) {
  FakeResolver dns(zone);
  return discover(dns, domain);
}

/// A policy as one line: `reject by sp of example.com`, `none`, `unknown at example.com`.
inline std::string in_words(const EffectivePolicy& policy) {
  const std::string at = policy.source ? policy.source->domain.to_string() : "";
  switch (policy.outcome) {
    case Outcome::none: return "none";
    case Outcome::unusable: return "unusable at " + at;
    case Outcome::several: return "several at " + at;
    case Outcome::unknown: return "unknown at " + at;
    case Outcome::policy: break;
  }
  return std::string(to_string(policy.applied)) + " by " + std::string(to_string(policy.tag)) + " of " + at;
}

/// The names that were asked: `_dmarc.example.com _dmarc.com`.
inline std::string asked(const std::vector<LookupPtr>& lookups) {
  std::string out;
  for (const LookupPtr& lookup : lookups) out += (out.empty() ? "" : " ") + lookup->owner.to_string();
  return out;
}

inline std::string organization(const Generation& generation) {
  return generation.organizational_domain.known() ? generation.organizational_domain.name.to_string() : "unknown";
}

}  // namespace dmarc_test
