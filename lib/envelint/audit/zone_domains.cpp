#include <envelint/audit/zone_domains.hpp>

#include <envelint/audit/kind.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <optional>
#include <string_view>
#include <unordered_set>

namespace envelint::audit {
namespace {

using dns::Name;
using dns::Type;

// As many as are ever looked at (selector_plan.cpp).
constexpr std::size_t kMaxSelectors = 40;

bool is_domain(const Name& name) {
  const auto labels = name.labels();
  return !labels.empty() &&
         std::ranges::none_of(labels, [](std::string_view label) { return label.starts_with('_') || label == "*"; });
}

std::unordered_set<Name> mail_hosts(const dns::Zone& zone) {
  std::unordered_set<Name> out;
  for (const dns::ZoneRecord& entry : zone.records) {
    if (const auto* mx = std::get_if<dns::Mx>(&entry.record.data)) out.insert(mx->exchange);
  }
  return out;
}

// The domain that a record makes a mail domain of.
std::optional<Name> mail_domain_of(const dns::Record& record, const std::unordered_set<Name>& hosts) {
  if (record.type == Type::soa || record.type == Type::mx) return record.owner;
  const auto* text = std::get_if<dns::Text>(&record.data);
  if (text == nullptr || record.type != Type::txt) return std::nullopt;
  switch (kind_of_txt(record.owner.to_string(), text->joined())) {
    case Kind::spf: return hosts.contains(record.owner) ? std::nullopt : std::optional(record.owner);
    case Kind::dmarc: return record.owner.parent();
    default: return std::nullopt;
  }
}

/// A name cut at `_domainkey`.
struct Selector {
  std::string labels;  // in front
  Name domain;         // behind
};

std::optional<Selector> selector_of(const Name& owner) {
  std::string labels;
  for (Name at = owner; !at.is_root(); at = at.parent()) {
    const std::string_view label = at.labels().front();
    if (text::iequals(label, "_domainkey")) return Selector{std::move(labels), at.parent()};
    if (label == "*") return std::nullopt;
    if (!labels.empty()) labels += '.';
    labels += label;
  }
  return std::nullopt;
}

}  // namespace

std::vector<Name> mail_domains(const dns::Zone& zone) {
  std::vector<Name> out;
  std::unordered_set<Name> seen;
  const std::unordered_set<Name> hosts = mail_hosts(zone);
  for (const dns::ZoneRecord& entry : zone.records) {
    auto domain = mail_domain_of(entry.record, hosts);
    if (domain && is_domain(*domain) && seen.insert(*domain).second) out.push_back(*std::move(domain));
  }
  return out;
}

std::unordered_map<Name, std::vector<std::string>> selectors_of(const dns::Zone& zone) {
  std::unordered_map<Name, std::vector<std::string>> out;
  for (const dns::ZoneRecord& entry : zone.records) {
    auto selector = selector_of(entry.record.owner);
    if (!selector || selector->labels.empty()) continue;
    auto& list = out[selector->domain];
    const bool is_new =
        std::ranges::none_of(list, [&](const auto& one) { return text::iequals(one, selector->labels); });
    if (is_new && list.size() < kMaxSelectors) list.push_back(std::move(selector->labels));
  }
  return out;
}

}  // namespace envelint::audit
