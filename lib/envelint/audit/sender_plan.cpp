#include <envelint/audit/sender_plan.hpp>

#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>

#include <algorithm>
#include <optional>
#include <variant>

namespace envelint::audit {
namespace {

using spf::Mechanism;

/// The domain's SPF record, where there is one that receivers use.
std::optional<spf::Record> own_record(const DomainFacts& facts) {
  const auto records = spf::select_records(facts.txt);
  if (records.size() != 1) return std::nullopt;
  spf::Record record = spf::parse(records.front()->joined());
  return record.valid() ? std::optional(std::move(record)) : std::nullopt;
}

bool stands_for_hosts(const spf::Term& term) {
  if (term.is(Mechanism::ip4)) return term.network.length() == 32;
  if (term.is(Mechanism::ip6)) return term.network.length() == 128;
  return (term.is(Mechanism::a) || term.is(Mechanism::mx)) && term.prefix4 == 32 && term.prefix6 == 128;
}

bool lets_send(const spf::Term& term) { return term.qualifier == spf::Qualifier::pass && stands_for_hosts(term); }

void add_addresses(const dns::Answer& answer, std::vector<net::Address>& out) {
  for (const dns::Record& record : answer.records) {
    if (const auto* address = std::get_if<net::Address>(&record.data)) out.push_back(*address);
  }
}

}  // namespace

std::vector<net::Address> listed_senders(const DomainFacts& facts) {
  std::vector<net::Address> out;
  const auto record = own_record(facts);
  if (!record) return out;
  for (const spf::Term& term : record->terms) {
    if (!lets_send(term)) continue;
    if (term.is(Mechanism::ip4) || term.is(Mechanism::ip6)) out.push_back(term.network.address());
    if (!term.is(Mechanism::a) || !term.value.empty()) continue;
    add_addresses(facts.a, out);
    add_addresses(facts.aaaa, out);
  }
  return out;
}

std::vector<dns::Name> named_senders(const DomainFacts& facts) {
  std::vector<dns::Name> out;
  const auto record = own_record(facts);
  if (!record || !facts.organizational_domain) return out;
  for (const spf::Term& term : record->terms) {
    if (!lets_send(term) || !term.is(Mechanism::a) || term.value.empty() || term.has_macros()) continue;
    auto name = dns::Name::parse(record->at(term.value));
    if (name && name->is_within(*facts.organizational_domain) && out.size() < kMaxSenders)
      out.push_back(*std::move(name));
  }
  return out;
}

std::vector<dns::Name> helo_names(const DomainFacts& facts) {
  std::vector<dns::Name> out;
  if (!facts.organizational_domain) return out;
  for (const ReverseFacts& sender : facts.reverse) {
    if (sender.spf != spf::Verdict::pass) continue;
    const auto own = std::ranges::find(sender.names, true, &ReverseName::leads_back);
    const dns::Name& name = own == sender.names.end() ? sender.host : own->name;
    const bool of_domain = name != facts.domain && name.is_within(*facts.organizational_domain);
    if (of_domain && out.size() < kMaxSenders && std::ranges::find(out, name) == out.end()) out.push_back(name);
  }
  return out;
}

bool singles_out(const spf::CheckResult& result) {
  if (result.verdict != spf::Verdict::pass || result.path.size() != 1) return false;
  const spf::Record record = spf::parse("v=spf1 " + result.mechanism);
  return record.terms.size() == 1 && stands_for_hosts(record.terms.front());
}

}  // namespace envelint::audit
