#include <envelint/audit/provider_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/audit/zone_lines.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/edit_distance.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;
using finding::Severity;

/// The answers at the selectors that a provider sets up, as far as they were asked for.
std::vector<const SelectorFacts*> selectors_of(const DomainFacts& facts, const Provider& provider) {
  std::vector<const SelectorFacts*> out;
  for (const SelectorFacts& selector : facts.selectors) {
    const auto names = items(provider.selectors);
    if (std::ranges::find(names, selector.selector) != names.end()) out.push_back(&selector);
  }
  return out;
}

// An alias that leads nowhere is a finding of its own (DKIM035), as is one of two (DKIM047).
bool lacks_keys(const DomainFacts& facts, const ProviderFacts& found) {
  if (!found.by_spf || found.by_key || facts.any_key.has_records() || !facts.any_key.chain.empty()) return false;
  const auto names = items(found.provider->selectors);
  const auto asked = selectors_of(facts, *found.provider);
  return !names.empty() && asked.size() == names.size() &&
         std::ranges::all_of(asked, [](const SelectorFacts* selector) {
           return selector->txt.nothing() && selector->txt.chain.empty();
         });
}

/// Whether the provider signs for each customer, with selectors that nobody can choose. What only passes mail on may
/// leave the signature to others.
bool has_fixed_selectors(const Provider& provider) {
  const bool passes_on = !provider.mailboxes && !items(provider.mx).empty();
  return provider.pair || (!items(provider.keys).empty() && !passes_on);
}

std::string names_of(const Provider& provider) {
  std::string out;
  for (const std::string_view selector : items(provider.selectors)) {
    out.append(out.empty() ? "`" : ", `").append(selector).append("`");
  }
  return out;
}

// RFC 9989 §4.4: SPF vouches for the domain of the envelope, which is the provider's own for most of them.
void keys_missing(const DomainFacts& facts, const Provider& provider, Findings& out) {
  const std::string domain = facts.domain.to_string();
  auto draft = out.add(Code::x_provider_half_set_up, {});
  draft.owner(domain)
      .message("{} may send for `{}` by SPF, but its DKIM is not set up: nothing at {}", provider.name, domain,
               names_of(provider))
      .note(
          "without a signature of the domain, its mail fails DMARC when it is forwarded, or always, where the provider "
          "uses a bounce address of its own");
  if (has_fixed_selectors(provider)) {
    draft.help(
        "turn on DKIM for the domain at {}, and publish what it shows at `{}._domainkey.{}.`; if it no longer "
        "sends, take its `include:` out of the SPF record",
        provider.name, provider.selectors.front(), domain);
  } else {
    draft.severity(Severity::notice)
        .help(
            "turn on DKIM for the domain at {}; if it has a selector of another name, look at it with `--selector "
            "NAME`",
            provider.name);
  }
}

void key_half(const DomainFacts& facts, Findings& out) {
  // A key that stands at a wrong name is not missing.
  if (out.has(Code::dkim_key_at_wrong_name)) return;
  for (const ProviderFacts& found : facts.providers) {
    if (lacks_keys(facts, found)) keys_missing(facts, *found.provider, out);
  }
}

/// Whether the record itself shows who may send: every other record that it leads to is one of a known provider, and of
/// one that has no mailboxes; it would be where people send.
bool shows_all_senders(const spf::Record& record) {
  return std::ranges::all_of(record.terms, [&](const spf::Term& term) {
    if (term.has_macros() || term.is(spf::Mechanism::exists) || term.is(spf::Mechanism::ptr)) return false;
    if (term.is(spf::Mechanism::all)) return term.qualifier != spf::Qualifier::pass;
    if (!term.is(spf::Mechanism::include) && !term.is(spf::Modifier::redirect)) return true;
    const auto target = dns::Name::parse(record.at(term.value));
    const Provider* provider = target ? provider_of_include(*target) : nullptr;
    return provider != nullptr && !provider->mailboxes;
  });
}

bool has_network(const spf::Record& record) {
  return std::ranges::any_of(record.terms, [](const spf::Term& term) {
    return (term.is(spf::Mechanism::ip4) && term.network.length() < 24) ||
           (term.is(spf::Mechanism::ip6) && term.network.length() < 64);
  });
}

/// `v=spf1 include:… …`: the record with one term more, before the others.
std::string with_include(const spf::Record& record, std::string_view target) {
  std::string out = "v=spf1 include:";
  out += target;
  for (const spf::Term& term : record.terms) out.append(" ").append(record.at(term.span));
  return out;
}

// People who read their mail at a provider send it there too.
void include_half(const DomainFacts& facts, Findings& out) {
  if (spf_use(facts) != SpfUse::somebody) return;
  const spf::Record record = spf::parse(spf::select_records(facts.txt).front()->joined());
  if (!shows_all_senders(record) || has_network(record)) return;
  const std::string domain = facts.domain.to_string();
  for (const ProviderFacts& found : facts.providers) {
    const Provider& provider = *found.provider;
    if (!provider.mailboxes || !found.by_mx || found.by_spf) continue;
    out.add(Code::x_provider_half_set_up, {})
        .owner(domain)
        .message("{} has the mailboxes of `{}`, but the SPF record does not let it send", provider.name, domain)
        .note(
            "mail that people write there fails SPF; `mx` does not stand for it, since a provider sends from other "
            "hosts "
            "than it receives at")
        .help("publish `{}`", txt_line(domain, with_include(record, provider.includes.front())));
  }
}

/// The providers with mailboxes that MX records name, each once.
std::vector<const Provider*> mailbox_providers(const DomainFacts& facts) {
  std::vector<const Provider*> out;
  for (const MailHost& host : facts.mail_hosts) {
    const Provider* provider = provider_of_mx(host.name);
    if (provider == nullptr || !provider->mailboxes) continue;
    if (std::ranges::find(out, provider) == out.end()) out.push_back(provider);
  }
  return out;
}

// RFC 5321 §5.1: a sender may take any of them, and does where the first is busy.
void mixed_hosts(const DomainFacts& facts, Findings& out) {
  const auto found = mailbox_providers(facts);
  if (found.size() < 2) return;
  const std::string domain = facts.domain.to_string();
  out.add(Code::mx_mixed_providers, {})
      .owner(domain)
      .message("mail for `{}` goes to {} and to {}", domain, found[0]->name, found[1]->name)
      .note(
          "senders take either, at the latest when the first is busy: part of the mail arrives in mailboxes that nobody "
          "reads any more, or is refused there")
      .help("remove the MX records of the provider that you have left; hosts are listed under MX by preference");
}

std::string_view last_labels(std::string_view name, std::size_t count) {
  std::size_t start = name.size();
  for (std::size_t i = 0; i < count && start > 0; ++i) {
    start = name.rfind('.', start - 1);
    if (start == std::string_view::npos) return name;
  }
  return name.substr(start + 1);
}

/// The name of a provider from which a host's last labels differ by one letter; empty without one.
std::string_view nearly_a_provider(const dns::Name& host) {
  constexpr std::size_t kShortest = 12;  // short names are near to too many others
  const std::string text = host.to_lower();
  for (const Provider& provider : providers()) {
    for (const std::string_view name : items(provider.mx)) {
      const auto labels = static_cast<std::size_t>(std::ranges::count(name, '.')) + 1;
      if (name.size() >= kShortest && text::edit_distance(last_labels(text, labels), name, 1) == 1) return name;
    }
  }
  return {};
}

// A host that does not exist is a finding of its own (MX010).
void misspelt_hosts(const DomainFacts& facts, Findings& out) {
  for (const MailHost& host : facts.mail_hosts) {
    if (!host.a.has_records() && !host.aaaa.has_records()) continue;
    const std::string_view meant = provider_of_mx(host.name) == nullptr ? nearly_a_provider(host.name) : "";
    if (meant.empty()) continue;
    out.add(Code::mx_provider_misspelt, {})
        .owner(facts.domain.to_string())
        .message("the MX host `{}` is almost, but not, one of `{}`", host.name.to_string(), meant)
        .note("a name that exists but is not the provider's belongs to somebody else, who then gets the mail")
        .help("compare the MX records with those that the provider shows, letter by letter");
  }
}

ProviderRow::Key key_of(const DomainFacts& facts, const ProviderFacts& found) {
  using Key = ProviderRow::Key;
  if (found.by_key) return Key::found;
  const auto asked = selectors_of(facts, *found.provider);
  const bool all = !asked.empty() && asked.size() == items(found.provider->selectors).size();
  const auto is_absent = [](const SelectorFacts* one) { return one->txt.nothing(); };
  return all && std::ranges::all_of(asked, is_absent) ? Key::missing : Key::not_known;
}

}  // namespace

std::vector<ProviderRow> provider_rows(const DomainFacts& facts) {
  std::vector<ProviderRow> out;
  for (const ProviderFacts& found : facts.providers) {
    out.push_back({found.provider->name, found.by_mx, found.by_spf, key_of(facts, found)});
  }
  return out;
}

bool provider_key_missing(const DomainFacts& facts) {
  return std::ranges::any_of(facts.providers, [&](const ProviderFacts& found) { return lacks_keys(facts, found); });
}

void check_providers(const DomainFacts& facts, Findings& out) {
  key_half(facts, out);
  include_half(facts, out);
  mixed_hosts(facts, out);
  misspelt_hosts(facts, out);
}

}  // namespace envelint::audit
