#include <envelint/audit/selector_plan.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/dkim/common_selectors.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>

#include <algorithm>
#include <optional>
#include <ranges>
#include <string_view>

namespace envelint::audit {
namespace {

constexpr std::size_t kMaxSelectors = 40;

std::optional<dns::Name> key_name(std::string_view selector, const dns::Name& domain) {
  const auto labels = dns::Name::parse(std::string(selector) + "._domainkey");
  if (!labels) return std::nullopt;
  const auto name = labels->under(domain);
  return name ? std::optional(*name) : std::nullopt;
}

void add(std::vector<SelectorFacts>& plan, const DomainFacts& facts, std::string_view selector, SelectorOrigin origin,
         const Provider* provider) {
  auto name = key_name(selector, facts.domain);
  if (!name || plan.size() == kMaxSelectors) return;
  if (std::ranges::find(plan, *name, &SelectorFacts::name) != plan.end()) return;
  plan.push_back({std::string(selector), *std::move(name), origin, provider, {}});
}

ProviderFacts& entry_of(std::vector<ProviderFacts>& list, const Provider* provider) {
  const auto found = std::ranges::find(list, provider, &ProviderFacts::provider);
  if (found != list.end()) return *found;
  list.push_back({.provider = provider});
  return list.back();
}

void add_by_mx(const DomainFacts& facts, std::vector<ProviderFacts>& list) {
  for (const dns::Record& record : facts.mx.records | std::views::take(kMaxMailHosts)) {
    const auto* mx = std::get_if<dns::Mx>(&record.data);
    const Provider* provider = mx == nullptr ? nullptr : provider_of_mx(mx->exchange);
    if (provider != nullptr) entry_of(list, provider).by_mx = true;
  }
}

void add_by_spf(const DomainFacts& facts, std::vector<ProviderFacts>& list) {
  for (const dns::Text* text : spf::select_records(facts.txt)) {
    const spf::Record record = spf::parse(text->joined());
    for (const spf::Term& term : record.terms) {
      if (!term.is(spf::Mechanism::include) && !term.is(spf::Modifier::redirect)) continue;
      const auto target = dns::Name::parse(record.at(term.value));
      const Provider* provider = target ? provider_of_include(*target) : nullptr;
      if (provider != nullptr) entry_of(list, provider).by_spf = true;
    }
  }
}

// A selector that anybody might have chosen proves nothing by itself; an alias into the provider does.
void add_by_key(const DomainFacts& facts, std::vector<ProviderFacts>& list) {
  for (const SelectorFacts& selector : facts.selectors) {
    const Provider* provider = nullptr;
    for (const dns::Name& target : selector.txt.chain) {
      if (provider == nullptr) provider = provider_of_key(target);
    }
    if (provider == nullptr && selector.txt.has_records()) provider = selector.provider;
    if (provider != nullptr) entry_of(list, provider).by_key = true;
  }
}

}  // namespace

std::vector<SelectorFacts> plan_selectors(const DomainFacts& facts, const std::vector<std::string>& given) {
  std::vector<SelectorFacts> plan;
  for (const std::string& selector : given) add(plan, facts, selector, SelectorOrigin::given, nullptr);
  if (!given.empty()) return plan;
  std::vector<ProviderFacts> list;
  add_by_mx(facts, list);
  add_by_spf(facts, list);
  for (const ProviderFacts& found : list) {
    for (const std::string_view selector : items(found.provider->selectors)) {
      add(plan, facts, selector, SelectorOrigin::provider, found.provider);
    }
  }
  return plan;
}

std::vector<SelectorFacts> plan_common_selectors(const DomainFacts& facts) {
  std::vector<SelectorFacts> plan;
  if (facts.domainkey.state == dns::Answer::State::nxdomain || facts.any_key.has_records()) return plan;
  for (const std::string_view selector : dkim::common_selectors()) {
    const auto name = key_name(selector, facts.domain);
    if (name && std::ranges::find(facts.selectors, *name, &SelectorFacts::name) != facts.selectors.end()) continue;
    add(plan, facts, selector, SelectorOrigin::common, nullptr);
  }
  return plan;
}

std::vector<ProviderFacts> providers_of(const DomainFacts& facts) {
  std::vector<ProviderFacts> list;
  add_by_mx(facts, list);
  add_by_spf(facts, list);
  add_by_key(facts, list);
  return list;
}

}  // namespace envelint::audit
