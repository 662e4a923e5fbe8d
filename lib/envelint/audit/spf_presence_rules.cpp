#include <envelint/audit/spf_presence_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/audit/zone_lines.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;

constexpr std::array<std::string_view, 3> kWrongLabels = {"_spf", "spf", "www"};

/// A single SPF record at a name below the domain that no wildcard put there; empty without one.
std::string_view record_at(const DomainFacts& facts, const dns::Answer& answer) {
  const auto records = spf::select_records(answer);
  if (records.size() != 1 || is_from_wildcard(facts, answer)) return {};
  return records.front()->joined();
}

struct Misplaced {
  std::string name;
  std::string_view record;
};

Misplaced find_misplaced(const DomainFacts& facts) {
  if (facts.dmarc) {
    const std::string_view record = record_at(facts, facts.dmarc->own().answer);
    if (!record.empty()) return {name_below("_dmarc", facts.domain), record};
  }
  for (const std::string_view label : kWrongLabels) {
    const std::string name = name_below(label, facts.domain);
    for (const TextFacts& place : facts.misplaced) {
      if (!text::iequals(place.name.to_string(), name)) continue;
      const std::string_view record = record_at(facts, place.txt);
      // A host that says about itself that it sends no mail is in its right place.
      const bool of_host = label == "www" && text::iequals(record, "v=spf1 -all");
      if (!record.empty() && !of_host) return {name, record};
    }
  }
  return {};
}

// RFC 7208 §3: the record is looked for at the domain of the address itself.
bool wrong_name(const DomainFacts& facts, Findings& out) {
  const Misplaced found = find_misplaced(facts);
  if (found.record.empty()) return false;
  const std::string domain = facts.domain.to_string();
  out.add(Code::spf_wrong_name, {})
      .owner(found.name)
      .message("the SPF record stands at `{}`, and `{}` itself has none", found.name, domain)
      .note(
          "receivers look at the domain behind the @ of the sender's address and nowhere else: for mail of `{}` there "
          "is "
          "no SPF",
          domain)
      .help("publish it at the domain itself: `{}`", txt_line(domain, found.record));
  return true;
}

// RFC 7208 §10.1.2.
void parked_without_spf(const DomainFacts& facts, Findings& out) {
  const std::string domain = facts.domain.to_string();
  out.add(Code::spf_parked_without_spf, {})
      .owner(domain)
      .message("`{}` {}, but does not say in SPF that it sends none", domain,
               facts.has_null_mx() ? "takes no mail" : "has no mail host")
      .note("a domain without mail of its own is a favourite of forgers, since nobody misses anything there")
      .help("if it sends no mail, publish `{}`", txt_line(domain, "v=spf1 -all"));
}

/// The record to start with, from what is known of the domain's mail.
std::string first_record(const DomainFacts& facts) {
  std::string terms;
  for (const ProviderFacts& found : facts.providers) {
    const Provider& provider = *found.provider;
    if (provider.mailboxes && found.by_mx) terms.append(" include:").append(provider.includes.front());
  }
  const bool others = std::ranges::any_of(facts.mx.records, [](const dns::Record& record) {
    const auto* mx = std::get_if<dns::Mx>(&record.data);
    return mx != nullptr && !mx->exchange.is_root() && provider_of_mx(mx->exchange) == nullptr;
  });
  if (others) terms += " mx";
  if (terms.empty() && facts.mx.nothing() && !facts.a.nothing()) terms = " a";
  return "v=spf1" + terms + (terms.empty() ? " -all" : " ~all");
}

void no_record(const DomainFacts& facts, Findings& out) {
  const std::string domain = facts.domain.to_string();
  const std::string record = first_record(facts);
  auto draft = out.add(Code::spf_no_record, {});
  draft.owner(domain)
      .message("`{}` has no SPF record", domain)
      .note(
          "nobody can tell its mail from a forgery by SPF: large receivers put it into the spam folder or refuse it, "
          "and "
          "forgers know that");
  if (record.ends_with("~all")) {
    draft.help(
        "publish `{}`, with an `include:` for each other service that sends for it; if it sends no mail at all, `{}`",
        txt_line(domain, record), txt_line(domain, "v=spf1 -all"));
  } else {
    draft.help(
        "publish `{}` if it sends no mail, else name in front of `-all` what sends: `mx`, `ip4:ADDRESS`, or the "
        "`include:` of your provider",
        txt_line(domain, record));
  }
}

// RFC 7208 §3.1.
void obsolete_type(const DomainFacts& facts, Findings& out) {
  if (!facts.spf_type.has_records()) return;
  const std::string domain = facts.domain.to_string();
  const std::string_view text = first_text(facts.spf_type);
  auto draft = out.add(Code::spf_obsolete_type, {});
  draft.owner(domain)
      .message("`{}` has a record of the obsolete type SPF (99)", domain)
      .note("receivers read TXT alone; what stands here is changed by nobody and misleads whoever comes after");
  // Where the TXT record is missing, this is where it went.
  if (spf_use(facts) == SpfUse::none && !text.empty()) {
    draft.help("publish it as TXT, `{}`, and remove the record of type SPF", txt_line(domain, text));
  } else {
    draft.help("remove the record of type SPF, and keep the TXT record");
  }
}

}  // namespace

bool is_spf_at_dmarc(const DomainFacts& facts) {
  if (!facts.dmarc || spf_use(facts) != SpfUse::none || !facts.txt.chain.empty()) return false;
  const dns::Answer& answer = facts.dmarc->own().answer;
  return answer.chain.empty() && !record_at(facts, answer).empty();
}

void check_spf_presence(const DomainFacts& facts, Findings& out) {
  obsolete_type(facts, out);
  // An alias that leads to nothing is a finding of its own (DNS003).
  if (spf_use(facts) != SpfUse::none || (facts.txt.nothing() && !facts.txt.chain.empty())) return;
  if (wrong_name(facts, out)) return;
  looks_parked(facts) ? parked_without_spf(facts, out) : no_record(facts, out);
}

}  // namespace envelint::audit
