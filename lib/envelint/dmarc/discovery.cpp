#include <envelint/dmarc/discovery.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace envelint::dmarc {
namespace {

/// Stands for a subdomain of which nothing else is known. No walk asks at it.
constexpr std::string_view kSomeLabel = "envelint-subdomain";

/// What is wanted of a discovery.
enum class Wanted : std::uint8_t { domain, subdomains_too };

/// Which of a record's policies is wanted.
enum class Whose : std::uint8_t { own, subdomain, missing_subdomain };

Policy one_lower(Policy policy) noexcept { return policy == Policy::reject ? Policy::quarantine : Policy::none; }

Key tag_for(const Record& record, Whose whose, Receiver receiver) noexcept {
  if (whose == Whose::own) return Key::p;
  if (whose == Whose::missing_subdomain && receiver == Receiver::rfc9989 && record.read.np) return Key::np;
  return record.read.sp ? Key::sp : Key::p;
}

Policy of(const UsablePolicy& usable, Whose whose) noexcept {
  if (whose == Whose::own) return usable.p;
  return whose == Whose::subdomain ? usable.sp : usable.np;
}

EffectivePolicy decided_by(Outcome outcome, LookupPtr source) {
  EffectivePolicy out;
  out.outcome = outcome;
  out.source = std::move(source);
  return out;
}

EffectivePolicy take(LookupPtr source, Whose whose, Receiver receiver) {
  const auto usable = source->record->usable_policy(receiver);
  if (!usable) return decided_by(Outcome::unusable, std::move(source));
  EffectivePolicy out = decided_by(Outcome::policy, std::move(source));
  out.usable = *usable;
  out.published = of(*usable, whose);
  if (!usable->fallback) out.tag = tag_for(*out.source->record, whose, receiver);
  const bool lowered = usable->testing || usable->pct == 0;
  out.applied = lowered ? one_lower(out.published) : out.published;
  return out;
}

// Whether a subdomain exists decides between `sp` and `np`; where that is not known, the policy is only if both agree.
EffectivePolicy take_above(LookupPtr source, Existence existence, Receiver receiver) {
  EffectivePolicy existing = take(source, Whose::subdomain, receiver);
  if (existence == Existence::exists) return existing;
  EffectivePolicy missing = take(source, Whose::missing_subdomain, receiver);
  if (existence == Existence::missing || missing.applied == existing.applied) return missing;
  existing.outcome = Outcome::unknown;
  return existing;
}

LookupPtr record_at(const TreeWalk& walk, const dns::Name& name) {
  const auto it = std::ranges::find(walk.lookups, name, [](const LookupPtr& lookup) { return lookup->domain; });
  return it != walk.lookups.end() && (*it)->has_record() ? *it : nullptr;
}

// RFC 9989 §4.10.1: the author domain's record, else the organizational domain's, else the public suffix domain's.
EffectivePolicy find_by_walk(const TreeWalk& walk, Existence existence) {
  constexpr auto kReceiver = Receiver::rfc9989;
  if (auto own = record_at(walk, walk.start)) return take(std::move(own), Whose::own, kReceiver);
  if (walk.unknown()) return decided_by(Outcome::unknown, walk.lookups.back());
  if (auto at_top = record_at(walk, organizational_domain(walk).name)) {
    return take_above(std::move(at_top), existence, kReceiver);
  }
  // Only `psd=y` puts the organizational domain where no record is though there is one above.
  if (walk.lookups.empty() || walk.lookups.back()->psd() != Psd::yes) return {};
  return take_above(walk.lookups.back(), existence, kReceiver);
}

bool ends_search(const Lookup& lookup) noexcept {
  return lookup.found != Found::nothing && lookup.found != Found::other;
}

// RFC 7489 §6.6.3, of the last name that was asked.
EffectivePolicy judge_7489(const LookupPtr& last, const dns::Name& domain, Existence existence) {
  if (last->found == Found::unknown) return decided_by(Outcome::unknown, last);
  if (last->found == Found::several) return decided_by(Outcome::several, last);
  if (!last->has_record()) return {};
  if (last->domain == domain) return take(last, Whose::own, Receiver::rfc7489);
  return take_above(last, existence, Receiver::rfc7489);
}

/// One domain's discovery. Lives in the frame of discover().
class Discoverer {
 public:
  Discoverer(RecordFinder& finder, dns::Name domain, const dns::PublicSuffixList& suffixes)
      : finder_(finder), suffixes_(suffixes), some_subdomain_(domain.child(kSomeLabel).value_or(dns::Name())) {
    out_.domain = std::move(domain);
  }

  task::Task<Discovery> run(Wanted wanted) {
    const TreeWalk walk = co_await finder_.walk(out_.domain);
    const LookupPtr own = co_await finder_.at(out_.domain);
    co_await find_existence(own.get());
    out_.rfc9989.receiver = Receiver::rfc9989;
    out_.rfc9989.queries = walk.lookups;
    if (walk.lookups.empty()) out_.rfc9989.queries.push_back(own);  // the root has nowhere to walk
    out_.rfc9989.organizational_domain = dmarc::organizational_domain(walk);
    out_.rfc9989.domain = find_by_walk(walk, out_.existence);
    co_await ask_as_7489(own);
    if (wanted == Wanted::domain) co_return std::move(out_);
    out_.public_suffix = suffixes_.is_public_suffix(out_.domain);
    co_await find_for_subdomains();
    co_return std::move(out_);
  }

 private:
  // RFC 8020: where something is below a name, or may be, the name exists.
  task::Task<void> find_existence(const Lookup* own) {
    out_.existence = own->answer.unknown() ? Existence::unknown : Existence::exists;
    if (own->answer.state != dns::Answer::State::nxdomain && !own->owner.is_root()) co_return;
    dns::Query query(out_.domain, dns::Type::a);
    const dns::Answer answer = co_await finder_.resolver().query(std::move(query));
    if (answer.unknown()) out_.existence = Existence::unknown;
    if (answer.state == dns::Answer::State::nxdomain) out_.existence = Existence::missing;
  }

  task::Task<void> find_for_subdomains() {
    if (some_subdomain_.is_root()) co_return;  // the domain's name is too long to have any
    const TreeWalk walk = co_await finder_.walk_above(some_subdomain_);
    out_.rfc9989.subdomain = find_by_walk(walk, Existence::exists);
    out_.rfc9989.missing_subdomain = find_by_walk(walk, Existence::missing);
    const dns::Name top = listed(some_subdomain_);
    if (top == some_subdomain_) co_return;
    const LookupPtr above = co_await finder_.at(top);
    out_.rfc7489.subdomain = judge_7489(above, some_subdomain_, Existence::exists);
    out_.rfc7489.missing_subdomain = judge_7489(above, some_subdomain_, Existence::missing);
  }

  // RFC 7489 §3.2; a public suffix has no organizational domain above it.
  [[nodiscard]] dns::Name listed(const dns::Name& name) const {
    return suffixes_.organizational_domain(name).value_or(name);
  }

  task::Task<void> ask_as_7489(LookupPtr own) {
    Generation& old = out_.rfc7489;
    old.receiver = Receiver::rfc7489;
    old.organizational_domain = {listed(out_.domain), Boundary::public_suffix_list};
    old.queries = {own};
    if (!ends_search(*own) && old.organizational_domain.name != out_.domain) {
      LookupPtr above = co_await finder_.at(old.organizational_domain.name);
      old.queries.push_back(std::move(above));
    }
    old.domain = judge_7489(old.queries.back(), out_.domain, out_.existence);
  }

  RecordFinder& finder_;
  const dns::PublicSuffixList& suffixes_;
  dns::Name some_subdomain_;
  Discovery out_;
};

std::string describe_other(const dns::Answer& answer) {
  for (const dns::Record& record : answer.records) {
    const auto* text = std::get_if<dns::Text>(&record.data);
    if (text != nullptr && text::istarts_with(text->joined(), "v=spf1")) return "an SPF record, not DMARC";
    if (text != nullptr && parse(text->joined()).intended()) return "a record that is not valid DMARC";
  }
  return "text that is not DMARC";
}

std::size_t count_records(const dns::Answer& answer) {
  return static_cast<std::size_t>(std::ranges::count_if(answer.records, [](const dns::Record& one) {
    const auto* text = std::get_if<dns::Text>(&one.data);
    return text != nullptr && parse(text->joined()).version_ok();
  }));
}

std::string describe_record(const Record& record) {
  std::string out = record.read.p ? fmt::format("p={}", to_string(*record.read.p)) : "no valid p";
  if (record.read.psd == Psd::yes) out += ", psd=y";
  if (record.read.psd == Psd::no) out += ", psd=n";
  return out;
}

}  // namespace

std::vector<LookupPtr> Discovery::lookups() const {
  std::vector<LookupPtr> out = rfc9989.queries;
  const auto add = [&](const LookupPtr& lookup) {
    if (lookup != nullptr && std::ranges::find(out, lookup) == out.end()) out.push_back(lookup);
  };
  for (const LookupPtr& lookup : rfc7489.queries) add(lookup);
  for (const Generation* generation : {&rfc9989, &rfc7489}) {
    add(generation->subdomain.source);
    add(generation->missing_subdomain.source);
  }
  std::ranges::stable_sort(out, std::ranges::greater(),
                           [](const LookupPtr& lookup) { return lookup->domain.label_count(); });
  return out;
}

bool Discovery::is_public_suffix(const dns::Name& name) const {
  if (public_suffix) return true;
  return name.label_count() < rfc7489.organizational_domain.name.label_count();
}

task::Task<Discovery> discover(RecordFinder& finder, dns::Name domain, const dns::PublicSuffixList& suffixes) {
  Discoverer discoverer(finder, std::move(domain), suffixes);
  co_return co_await discoverer.run(Wanted::subdomains_too);
}

task::Task<Discovery> discover_for_message(RecordFinder& finder, dns::Name domain,
                                           const dns::PublicSuffixList& suffixes) {
  Discoverer discoverer(finder, std::move(domain), suffixes);
  co_return co_await discoverer.run(Wanted::domain);
}

task::Task<Discovery> discover(dns::Resolver& resolver, dns::Name domain, const dns::PublicSuffixList& suffixes) {
  RecordFinder finder(resolver);
  co_return co_await discover(finder, std::move(domain), suffixes);
}

std::string describe(const Lookup& lookup) {
  switch (lookup.found) {
    case Found::nothing: return lookup.answer.unknown() ? "not asked: a public suffix" : "no record";
    case Found::record: return describe_record(*lookup.record);
    case Found::several: return fmt::format("{} records: all discarded", count_records(lookup.answer));
    case Found::other: return describe_other(lookup.answer);
    case Found::unknown: return dns::describe(lookup.answer);
  }
  return {};
}

std::string_view describe(Boundary boundary) noexcept {
  switch (boundary) {
    case Boundary::psd_no: return "psd=n there";
    case Boundary::below_psd: return "psd=y above";
    case Boundary::fewest_labels: return "highest record";
    case Boundary::itself: return "no record found";
    case Boundary::public_suffix_list: return "Public Suffix List";
    case Boundary::unknown: return "no answer";
  }
  return {};
}

std::string describe(const EffectivePolicy& policy) {
  switch (policy.outcome) {
    case Outcome::none: return "no DMARC";
    case Outcome::unusable: return "no DMARC: no valid policy";
    case Outcome::several: return "no DMARC: several records";
    case Outcome::unknown: return "unknown";
    case Outcome::policy: break;
  }
  const std::string_view applied = to_string(policy.applied);
  if (policy.applied == policy.published) {
    const bool shared = policy.usable.pct < 100 && policy.published != Policy::none;
    return shared ? fmt::format("{} for {} %", applied, policy.usable.pct) : std::string(applied);
  }
  return fmt::format("{} ({}, {})", applied, to_string(policy.published), policy.usable.testing ? "t=y" : "pct=0");
}

}  // namespace envelint::dmarc
