#include <envelint/audit/selector_rules.hpp>

#include <envelint/audit/alignment_rules.hpp>
#include <envelint/audit/mail_use.hpp>
#include <envelint/audit/provider_rules.hpp>
#include <envelint/audit/zone_lines.hpp>
#include <envelint/dkim/key_record.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::audit {
namespace {

using dns::Answer;
using finding::Code;
using finding::Findings;
using finding::Severity;

constexpr std::size_t kMostNamed = 8;

// A wildcard below the domain or below `_domainkey` answers for selectors too: nothing can be told of a single one.
bool wildcard_answers(const DomainFacts& facts) { return facts.any_key.has_records() || !facts.any_key.chain.empty(); }

bool leads_nowhere(const SelectorFacts& selector) { return !selector.txt.chain.empty() && selector.txt.nothing(); }

bool is_missing(const SelectorFacts& selector) { return selector.txt.chain.empty() && selector.txt.nothing(); }

/// The value of the first record of an answer that is a key.
std::string_view key_in(const Answer& answer) {
  for (const dns::Record& entry : answer.records) {
    const auto* text = std::get_if<dns::Text>(&entry.data);
    if (text == nullptr) continue;
    const dkim::KeyRecord record = dkim::parse_key_record(text->joined());
    if (record.valid() && !record.revoked()) return text->joined();
  }
  return {};
}

/// A name without `_domainkey` or with the domain twice at which the key of a selector stands.
struct Misplaced {
  std::string name;
  std::string_view key;
};

std::optional<Misplaced> misplaced_key(const DomainFacts& facts, const SelectorFacts& selector) {
  const auto plain = facts.domain.child(selector.selector);
  const auto doubled = selector.name.under(facts.domain);
  for (const TextFacts& place : facts.misplaced) {
    const bool fits = (plain && place.name == *plain) || (doubled && place.name == *doubled);
    if (!fits || is_from_wildcard(facts, place.txt)) continue;
    const std::string_view key = key_in(place.txt);
    if (!key.empty()) return Misplaced{place.name.to_string(), key};
  }
  return std::nullopt;
}

void key_at(const std::string& name, std::string_view key, const std::string& right, Findings& out) {
  out.add(Code::dkim_key_at_wrong_name, {})
      .owner(name)
      .message("a DKIM key stands at `{}`, where no receiver looks", name)
      .note("receivers ask for the key at SELECTOR._domainkey.DOMAIN only; without it every signature fails")
      .help("publish it as `{}`", txt_line(right, key));
}

// RFC 6376 §3.6.2.1.
void key_without_selector(const DomainFacts& facts, Findings& out) {
  const std::string_view key = key_in(facts.domainkey);
  if (key.empty() || is_from_wildcard(facts, facts.domainkey)) return;
  const auto given = std::ranges::find(facts.selectors, SelectorOrigin::given, &SelectorFacts::origin);
  const std::string right =
      given == facts.selectors.end() ? name_below("SELECTOR._domainkey", facts.domain) : given->name.to_string();
  key_at(name_below("_domainkey", facts.domain), key, right, out);
}

bool is_half_of_living_pair(const DomainFacts& facts, const SelectorFacts& selector);

void dangling(const DomainFacts& facts, const SelectorFacts& selector, Findings& out) {
  const std::string name = selector.name.to_string();
  auto draft = out.add(Code::dkim_dangling_selector, {});
  draft.owner(name)
      .message("`{}` is an alias for `{}`, where there is no key", name, selector.txt.chain.back().to_string())
      .help(
          "correct the CNAME with the target that the provider shows today, or remove it if the provider is no longer "
          "used");
  if (is_half_of_living_pair(facts, selector)) {
    draft.severity(Severity::notice)
        .note(
            "the other selector of the pair has a key, and providers may publish the second only when they change over "
            "to "
            "it; mail that is signed with this one would not verify");
  } else {
    draft.note("receivers follow the alias and find no key: mail signed with this selector does not verify");
  }
}

// RFC 6376 §6.1.2.
void without_key(const SelectorFacts& selector, Findings& out) {
  const std::string name = selector.name.to_string();
  out.add(Code::dkim_selector_without_key, {})
      .owner(name)
      .message("selector `{}` has no key: there is no TXT record at `{}`", selector.selector, name)
      .note("mail signed with it does not verify, as if it were not signed")
      .help(
          "publish the key that the signer shows for this selector at `{}.`, or have it sign with a selector that has "
          "one",
          name);
}

void judge_selector(const DomainFacts& facts, const SelectorFacts& selector, Findings& out) {
  if (leads_nowhere(selector) && facts.any_key.chain.empty()) return dangling(facts, selector, out);
  if (!is_missing(selector)) return;
  const auto misplaced = misplaced_key(facts, selector);
  if (misplaced) return key_at(misplaced->name, misplaced->key, selector.name.to_string(), out);
  if (selector.origin == SelectorOrigin::given) without_key(selector, out);
}

const SelectorFacts* find(const DomainFacts& facts, std::string_view selector) {
  const auto found = std::ranges::find(facts.selectors, selector, &SelectorFacts::selector);
  return found == facts.selectors.end() ? nullptr : &*found;
}

/// The two selectors of a provider that changes from one to the other, where one of them is known to be its own.
struct Pair {
  const SelectorFacts* first = nullptr;
  const SelectorFacts* second = nullptr;
};

std::optional<Pair> pair_of(const DomainFacts& facts, const Provider& provider) {
  if (!provider.pair) return std::nullopt;
  const Pair pair{find(facts, provider.selectors[0]), find(facts, provider.selectors[1])};
  if (pair.first == nullptr || pair.second == nullptr) return std::nullopt;
  const auto is_own = [&](const SelectorFacts& selector) {
    return selector.provider == &provider || std::ranges::any_of(selector.txt.chain, [&](const auto& name) {
             return provider_of_key(name) == &provider;
           });
  };
  return is_own(*pair.first) || is_own(*pair.second) ? std::optional(pair) : std::nullopt;
}

bool is_half_of_living_pair(const DomainFacts& facts, const SelectorFacts& selector) {
  return std::ranges::any_of(providers(), [&](const Provider& provider) {
    const auto pair = pair_of(facts, provider);
    if (!pair || (pair->first != &selector && pair->second != &selector)) return false;
    return (pair->first == &selector ? pair->second : pair->first)->txt.has_records();
  });
}

void half_a_pair(const DomainFacts& facts, const Provider& provider, Findings& out) {
  const auto pair = pair_of(facts, provider);
  if (!pair || wildcard_answers(facts) || is_missing(*pair->first) == is_missing(*pair->second)) return;
  const SelectorFacts& missing = is_missing(*pair->first) ? *pair->first : *pair->second;
  const SelectorFacts& other = &missing == pair->first ? *pair->second : *pair->first;
  if (!other.txt.has_records()) return;
  const std::string name = missing.name.to_string();
  out.add(Code::dkim_half_a_pair, {})
      .owner(name)
      .message("{} uses the selectors `{}` and `{}` in turn, and `{}` is not set up", provider.name,
               pair->first->selector, pair->second->selector, missing.selector)
      .note("on the day the provider changes over to it, no signature of the domain verifies any more")
      .help("publish the CNAME that {} shows for `{}`, at `{}.`", provider.name, missing.selector, name);
}

// RFC 6376 §3.6.2. A wildcard of an empty key withdraws them all, which is what parked domains want.
void wildcard_key(const DomainFacts& facts, Findings& out) {
  if (is_from_wildcard(facts, facts.any_key) || key_in(facts.any_key).empty()) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::dkim_wildcard_key, {})
      .owner("*._domainkey." + domain)
      .message("a wildcard gives every selector below `_domainkey.{}` the same key", domain)
      .note(
          "a key that is withdrawn by taking its record away goes on verifying, and no selector can be told from a "
          "typing "
          "error")
      .help("publish the key at the selectors that sign, `SELECTOR._domainkey.{0}.`, and remove `*._domainkey.{0}.`",
            domain);
}

// RFC 8463 §6 leaves it to signers to sign with RSA as well.
void ed25519_alone(const DomainFacts& facts, Findings& out) {
  std::vector<std::string> found;
  for (const SelectorFacts& selector : facts.selectors) {
    const std::string_view key = key_in(selector.txt);
    if (key.empty()) continue;
    if (dkim::parse_key_record(key).key_type() != "ed25519") return;
    found.push_back(selector.selector);
  }
  if (found.empty() || wildcard_answers(facts)) return;
  out.add(Code::dkim_ed25519_alone, {})
      .owner(name_below(found.front() + "._domainkey", facts.domain))
      .message("the keys that were found ({}) are Ed25519: there is none of RSA beside them", fmt::join(found, ", "))
      .note("many receivers cannot check Ed25519 and treat such mail as not signed")
      .help("sign with a second selector and an RSA key of 2048 bits as well, `envelint keygen {} --selector rsa1`",
            facts.domain.to_string());
}

std::string names_of(const std::vector<std::string_view>& selectors) {
  const std::size_t named = std::min(selectors.size(), kMostNamed);
  std::string out;
  for (std::size_t i = 0; i < named; ++i) out.append(i == 0 ? "`" : ", `").append(selectors[i]).append("`");
  if (named < selectors.size()) out += fmt::format(" and {} more", selectors.size() - named);
  return out;
}

// RFC 6376 §3.1: DNS cannot be asked which selectors there are, so that none was found is not that there is none.
void none_confirmed(const DomainFacts& facts, Findings& out) {
  const auto was_given = [](const SelectorFacts& one) { return one.origin == SelectorOrigin::given; };
  if (std::ranges::any_of(facts.selectors, was_given) || wildcard_answers(facts) || facts.any_key.unknown()) return;
  if (facts.domainkey.unknown() || !std::ranges::all_of(facts.selectors, is_missing)) return;
  if (looks_parked(facts) || spf_use(facts) == SpfUse::nobody) return;
  if (provider_key_missing(facts) || rests_on_spf_alone(facts) || nothing_can_pass(facts)) return;
  const bool nothing_there = facts.domainkey.state == Answer::State::nxdomain;
  if (facts.selectors.empty() && !nothing_there) return;
  const std::string domain = facts.domain.to_string();
  std::vector<std::string_view> tried;
  for (const SelectorFacts& selector : facts.selectors) tried.push_back(selector.selector);
  auto draft = out.add(Code::dkim_no_selector_confirmed, {});
  draft.owner(name_below("_domainkey", facts.domain))
      .note(
          "DNS does not tell which selectors a domain has; if its mail is not signed, it loses DMARC's vouching "
          "whenever it "
          "is forwarded")
      .help(
          "take the selector from `s=` in the DKIM-Signature field of a message, and run `envelint lint {} --selector "
          "S`",
          domain);
  if (nothing_there) {
    draft.message("DKIM of `{0}` is not confirmed: DNS says that nothing stands below `_domainkey.{0}`", domain);
  } else {
    draft.message("DKIM of `{}` is not confirmed: no key at {}", domain, names_of(tried));
  }
}

}  // namespace

void check_selectors(const DomainFacts& facts, Findings& out) {
  key_without_selector(facts, out);
  wildcard_key(facts, out);
  for (const SelectorFacts& selector : facts.selectors) judge_selector(facts, selector, out);
  for (const Provider& provider : providers()) half_a_pair(facts, provider, out);
  ed25519_alone(facts, out);
  if (!out.has(Code::dkim_key_at_wrong_name)) none_confirmed(facts, out);
}

}  // namespace envelint::audit
