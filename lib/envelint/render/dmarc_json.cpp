#include <envelint/render/dmarc_json.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace envelint::render {
namespace {

using dmarc::Boundary;
using dmarc::EffectivePolicy;
using dmarc::Generation;
using dmarc::Outcome;

std::string_view word(Outcome outcome) {
  constexpr std::array<std::string_view, 5> kWords{"policy", "none", "unusable", "several", "unknown"};
  return kWords[static_cast<std::size_t>(outcome)];
}

std::string_view word(Boundary boundary) {
  constexpr std::array<std::string_view, 6> kWords{"psd_no", "below_psd", "fewest_labels",
                                                   "itself", "public_suffix_list", "unknown"};
  return kWords[static_cast<std::size_t>(boundary)];
}

std::string_view word(dmarc::Existence existence) {
  constexpr std::array<std::string_view, 3> kWords{"yes", "no", "unknown"};
  return kWords[static_cast<std::size_t>(existence)];
}

void write_policy(JsonWriter& json, std::string_view key, const EffectivePolicy& policy) {
  if (policy.applies()) json.member(key, to_string(policy.applied));
}

// What is not known or not there has no member.
void write_members(JsonWriter& json, const Generation& generation) {
  const EffectivePolicy& policy = generation.domain;
  write_policy(json, "policy", policy);
  if (policy.source != nullptr && policy.source->has_record()) {
    json.member("found_at", policy.source->owner.to_string());
  }
  if (generation.organizational_domain.known()) {
    json.member("organizational_domain", generation.organizational_domain.name.to_string());
  }
}

void write_generation(JsonWriter& json, std::string_view key, const Generation& generation) {
  const EffectivePolicy& policy = generation.domain;
  json.open_object(key);
  json.member("result", word(policy.outcome));
  write_members(json, generation);
  json.member("organizational_domain_by", word(generation.organizational_domain.boundary));
  if (policy.applies()) {
    json.member("tag", to_string(policy.tag));
    json.member("published_policy", to_string(policy.published));
    if (generation.receiver == dmarc::Receiver::rfc9989) json.member("testing", policy.usable.testing);
    if (generation.receiver == dmarc::Receiver::rfc7489) json.member("pct", std::uint64_t{policy.usable.pct});
    json.member("adkim", policy.usable.adkim == dmarc::Alignment::strict ? "s" : "r");
    json.member("aspf", policy.usable.aspf == dmarc::Alignment::strict ? "s" : "r");
  }
  write_policy(json, "subdomain_policy", generation.subdomain);
  write_policy(json, "nonexistent_subdomain_policy", generation.missing_subdomain);
  json.open_array("queries");
  for (const dmarc::LookupPtr& lookup : generation.queries) {
    json.open_object();
    json.member("name", lookup->owner.to_string());
    json.member("result", to_string(lookup->found));
    json.member("detail", describe(*lookup));
    if (lookup->has_record()) json.member("record", lookup->record->text);
    json.close_object();
  }
  json.close_array();
  json.close_object();
}

}  // namespace

void write_dmarc(JsonWriter& json, const dmarc::Discovery& found) {
  json.open_object("dmarc");
  write_members(json, found.rfc9989);
  json.member("exists", word(found.existence));
  write_generation(json, "rfc7489", found.rfc7489);
  write_generation(json, "rfc9989", found.rfc9989);
  json.close_object();
}

}  // namespace envelint::render
