#include <envelint/dmarc/record_finder.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dmarc {
namespace {

constexpr std::size_t kWalkedLabels = kMaxWalk - 1;  // RFC 9989 §4.10 step 4

// Step 2: what does not begin with the version is discarded; of several none is left.
void sort_out(Lookup& lookup) {
  if (lookup.answer.unknown()) {
    lookup.found = Found::unknown;
    return;
  }
  for (const dns::Record& one : lookup.answer.records) {
    const auto* text = std::get_if<dns::Text>(&one.data);
    if (text == nullptr) continue;
    if (lookup.found == Found::nothing) lookup.found = Found::other;
    Record record = parse(text->joined());
    if (!record.version_ok()) continue;
    if (lookup.found != Found::other) {
      lookup.found = Found::several;
      lookup.record.reset();
      return;
    }
    lookup.found = Found::record;
    lookup.record = std::move(record);
  }
}

const Lookup* with_psd(const std::vector<LookupPtr>& lookups, Psd psd) {
  const auto it = std::ranges::find(lookups, psd, [](const LookupPtr& lookup) { return lookup->psd(); });
  return it == lookups.end() ? nullptr : it->get();
}

/// The ancestor of a name, or the name itself, that has this many labels.
dns::Name shortened(dns::Name name, std::size_t labels) {
  for (std::size_t count = name.label_count(); count > labels; --count) name = name.parent();
  return name;
}

}  // namespace

std::string_view to_string(Found found) noexcept {
  constexpr std::array<std::string_view, 5> kTexts{"none", "record", "several", "other", "unknown"};
  return kTexts[static_cast<std::size_t>(found)];
}

Psd Lookup::psd() const noexcept { return record ? record->read.psd.value_or(Psd::unspecified) : Psd::unspecified; }

std::vector<dns::Name> walked_names(const dns::Name& start) {
  std::vector<dns::Name> names;
  if (start.is_root()) return names;
  names.push_back(start);
  dns::Name above = start.label_count() > kWalkedLabels ? shortened(start, kWalkedLabels) : start.parent();
  for (; !above.is_root(); above = above.parent()) names.push_back(above);
  return names;
}

OrganizationalDomain organizational_domain(const TreeWalk& walk) {
  if (walk.unknown()) return {};
  // A walk ends at a record with `psd`, so there is at most one.
  if (const Lookup* no = with_psd(walk.lookups, Psd::no)) return {no->domain, Boundary::psd_no};
  const Lookup* const yes = with_psd(walk.lookups, Psd::yes);
  if (yes != nullptr && yes->domain != walk.start) {
    return {shortened(walk.start, yes->domain.label_count() + 1), Boundary::below_psd};
  }
  for (auto it = walk.lookups.rbegin(); it != walk.lookups.rend(); ++it) {
    if ((*it)->has_record()) return {(*it)->domain, Boundary::fewest_labels};
  }
  return {walk.start, Boundary::itself};
}

bool RecordFinder::is_beyond_files(const Lookup& lookup) const {
  const bool not_asked = lookup.answer.unknown() && lookup.answer.trouble == dns::Trouble::outside;
  return not_asked && suffixes_ != nullptr && suffixes_->is_public_suffix(lookup.domain);
}

task::Task<LookupPtr> RecordFinder::at(dns::Name domain) {
  if (const auto known = known_.find(domain); known != known_.end()) co_return known->second;
  auto lookup = std::make_shared<Lookup>();
  lookup->domain = domain;
  // Where there is no room for the label, no record can stand.
  if (const auto owner = domain.child("_dmarc")) {
    lookup->owner = *owner;
    dns::Query query(*owner, dns::Type::txt);
    lookup->answer = co_await resolver_.query(std::move(query));
    sort_out(*lookup);
    if (is_beyond_files(*lookup)) lookup->found = Found::nothing;
  }
  // Another walk may have been here meanwhile; its answer is the one that both go on with.
  const auto kept = known_.try_emplace(std::move(domain), std::move(lookup)).first;
  co_return kept->second;
}

task::Task<TreeWalk> RecordFinder::follow(dns::Name start, std::vector<dns::Name> names) {
  TreeWalk walk{std::move(start), {}};
  for (const dns::Name& name : names) {
    LookupPtr lookup = co_await at(name);
    const bool ends = lookup->found == Found::unknown || lookup->psd() != Psd::unspecified;
    walk.lookups.push_back(std::move(lookup));
    if (ends) break;
  }
  co_return walk;
}

task::Task<TreeWalk> RecordFinder::walk(dns::Name start) {
  std::vector<dns::Name> names = walked_names(start);
  return follow(std::move(start), std::move(names));
}

task::Task<TreeWalk> RecordFinder::walk_above(dns::Name start) {
  std::vector<dns::Name> names = walked_names(start);
  if (!names.empty()) names.erase(names.begin());
  return follow(std::move(start), std::move(names));
}

task::Task<OrganizationalDomain> organizational_domain(dns::Resolver& resolver, dns::Name name) {
  RecordFinder finder(resolver);
  const TreeWalk walk = co_await finder.walk(std::move(name));
  co_return organizational_domain(walk);
}

std::optional<bool> aligned(const Identifier& author, const Identifier& authenticated, Alignment mode) {
  if (author.domain == authenticated.domain) return true;
  if (mode == Alignment::strict) return false;
  const OrganizationalDomain& one = author.organizational_domain;
  const OrganizationalDomain& other = authenticated.organizational_domain;
  if (!one.known() || !other.known()) return std::nullopt;
  return one.name == other.name;
}

}  // namespace envelint::dmarc
