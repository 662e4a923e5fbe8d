#include <envelint/audit/mail_use.hpp>

#include <envelint/dkim/key_record.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>

#include <algorithm>
#include <string_view>
#include <variant>

namespace envelint::audit {
namespace {

using dns::Answer;

bool any_text(const Answer& answer, bool (*wanted)(std::string_view)) {
  return std::ranges::any_of(answer.records, [&](const dns::Record& record) {
    const auto* text = std::get_if<dns::Text>(&record.data);
    return text != nullptr && wanted(text->joined());
  });
}

SpfUse use_of(const spf::Record& record) {
  if (!record.valid()) return SpfUse::broken;
  SpfUse use = SpfUse::unclear;
  for (const spf::Term& term : record.terms) {
    if (term.kind != spf::TermKind::mechanism) continue;
    if (term.qualifier == spf::Qualifier::pass) return SpfUse::somebody;
    const bool refuses = term.qualifier == spf::Qualifier::fail || term.qualifier == spf::Qualifier::softfail;
    if (term.is(spf::Mechanism::all)) return refuses ? SpfUse::nobody : SpfUse::unclear;
  }
  return use;
}

bool is_usable_key(std::string_view text) {
  const dkim::KeyRecord record = dkim::parse_key_record(text);
  return record.valid() && !record.revoked();
}

bool same_data(const dns::Record& a, const dns::Record& b) { return a.data == b.data; }

}  // namespace

SpfUse spf_use(const DomainFacts& facts) {
  if (facts.txt.unknown()) return SpfUse::unknown;
  const auto records = spf::select_records(facts.txt);
  if (records.empty()) return any_text(facts.txt, spf::looks_like_record) ? SpfUse::broken : SpfUse::none;
  return records.size() == 1 ? use_of(spf::parse(records.front()->joined())) : SpfUse::broken;
}

bool has_mail_hosts(const DomainFacts& facts) {
  return std::ranges::any_of(facts.mx.records, [](const dns::Record& record) {
    const auto* mx = std::get_if<dns::Mx>(&record.data);
    return mx != nullptr && !mx->exchange.is_root();
  });
}

bool has_nowhere_to_deliver(const DomainFacts& facts) {
  return facts.mx.nothing() && facts.a.nothing() && facts.aaaa.nothing();
}

bool has_usable_key(const DomainFacts& facts) {
  return std::ranges::any_of(facts.selectors,
                             [](const SelectorFacts& selector) { return any_text(selector.txt, is_usable_key); });
}

bool sends_mail(const DomainFacts& facts) { return spf_use(facts) == SpfUse::somebody || has_usable_key(facts); }

bool looks_parked(const DomainFacts& facts) {
  if (sends_mail(facts) || has_mail_hosts(facts) || facts.mx.unknown()) return false;
  const SpfUse spf = spf_use(facts);
  if (spf != SpfUse::none && spf != SpfUse::nobody) return false;
  return facts.has_null_mx() || has_nowhere_to_deliver(facts) || spf == SpfUse::nobody;
}

std::optional<dmarc::Policy> dmarc_policy(const DomainFacts& facts) {
  if (!facts.dmarc || !facts.dmarc->rfc9989.domain.applies()) return std::nullopt;
  return facts.dmarc->rfc9989.domain.applied;
}

bool enforces_dmarc(const DomainFacts& facts) {
  const auto policy = dmarc_policy(facts);
  return policy && *policy >= dmarc::Policy::quarantine;
}

bool is_from_wildcard(const DomainFacts& facts, const dns::Answer& answer) {
  return answer.has_records() && std::ranges::equal(answer.records, facts.any_text.records, same_data);
}

}  // namespace envelint::audit
