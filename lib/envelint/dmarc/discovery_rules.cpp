#include <envelint/dmarc/discovery_rules.hpp>

#include <envelint/dmarc/mailbox_providers.hpp>
#include <envelint/dmarc/rules.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace envelint::dmarc {
namespace {

using finding::Code;
using finding::Draft;
using finding::Findings;

constexpr std::size_t kWalkedLabels = kMaxWalk - 1;

/// A domain's discovery under the eyes of the rules.
struct Scene {
  const Discovery& found;
  const RecordAt& record_at;
  Findings& out;
  std::string domain;
};

// Adds a finding at a place in the record of a lookup, or about its name where the report does not show the record.
Draft add_at(const Scene& s, Code code, const Lookup& lookup, text::Span span) {
  const int index = s.record_at(lookup.owner);
  Draft draft = s.out.add(code, index < 0 ? text::Span{} : span);
  if (index >= 0) return draft.record(index);
  return draft.owner(lookup.owner.to_string());
}

text::Span span_of_tag(const Lookup& lookup, Key key) {
  const Tag* const tag = lookup.record ? lookup.record->find(key) : nullptr;
  return tag == nullptr ? text::Span{} : tag->span;
}

bool is_spf(const dns::Record& record) {
  const auto* text = std::get_if<dns::Text>(&record.data);
  return text != nullptr && text::istarts_with(text->joined(), "v=spf1");
}

// RFC 9989 §4.10 step 2.
void spf_answers(const Scene& s) {
  const Lookup& own = s.found.own();
  if (own.found != Found::other || std::ranges::none_of(own.answer.records, is_spf)) return;
  const std::string owner = own.owner.to_string();
  const bool alias = !own.answer.chain.empty();
  auto draft = s.out.add(Code::dmarc_spf_answers, {});
  draft.owner(owner)
      .message("whoever asks `{}` for a DMARC record is given an SPF record", owner)
      .note("receivers discard it: for them `{}` has no DMARC record of its own", s.domain);
  if (alias) {
    draft.help(
        "the alias at `{}` leads to `{}`, which has an SPF record; have it lead to a DMARC record, or put the "
        "record itself in its place",
        owner, own.answer.chain.back().to_string());
  } else {
    draft.help(
        "publish `{0}. TXT \"v=DMARC1; p=none; rua=mailto:dmarc-reports@{1}\"` to begin with, or with `p=reject` if the "
        "domain sends no mail; if nobody put SPF there, a wildcard (`*.{1} TXT`) does: remove it",
        owner, s.domain);
  }
}

bool is_policy_of_registry(const Scene& s, const EffectivePolicy& policy) {
  return policy.applies() && policy.source->psd() == Psd::yes && policy.source->domain != s.found.domain;
}

// RFC 9989 §4.10.2. Says whether it found anything.
bool psd_at_ordinary_domain(const Scene& s) {
  bool any = false;
  for (const LookupPtr& lookup : s.found.lookups()) {
    if (lookup->psd() != Psd::yes || s.found.is_public_suffix(lookup->domain)) continue;
    const std::string name = lookup->domain.to_string();
    add_at(s, Code::dmarc_psd_at_ordinary_domain, *lookup, span_of_tag(*lookup, Key::psd))
        .message("`psd=y` says that others register domains below `{}`, as below `co.uk`; nobody does", name)
        .note(
            "receivers take every name right below it for an organization of its own: mail from `mail.{0}` no longer "
            "counts as signed by `{0}`, and not as coming from it",
            name)
        .help("remove `psd=y`; it is for registries");
    any = true;
  }
  return any;
}

// RFC 9989 §4.10.2, §5.1.8.
bool psd_no_below_registered(const Scene& s) {
  const OrganizationalDomain& modern = s.found.rfc9989.organizational_domain;
  const dns::Name& listed = s.found.rfc7489.organizational_domain.name;
  if (modern.boundary != Boundary::psd_no || modern.name == listed || !modern.name.is_within(listed)) return false;
  const auto lookup =
      std::ranges::find(s.found.rfc9989.queries, modern.name, [](const LookupPtr& one) { return one->domain; });
  const std::string name = modern.name.to_string();
  add_at(s, Code::dmarc_psd_no_below_registered, **lookup, span_of_tag(**lookup, Key::psd))
      .message("`psd=n` makes `{}` an organization of its own, apart from `{}`", name, listed.to_string())
      .note(
          "for receivers of RFC 9989, mail from it that is signed by `{0}`, or has a sender address there, is no "
          "longer aligned; for those of RFC 7489 it is",
          listed.to_string())
      .help("remove `psd=n` unless others run `{}`; if they do, sign its mail with its own name", name);
  return true;
}

std::string source_of(const EffectivePolicy& policy) {
  return policy.applies() ? fmt::format("`{}` from `{}`", describe(policy), policy.source->owner.to_string())
                          : "no DMARC";
}

bool is_unknown(const EffectivePolicy& policy) noexcept { return policy.outcome == Outcome::unknown; }

// What the record's tags mean to each generation is said where the tags stand; here it is about which record.
bool differ(const EffectivePolicy& a, const EffectivePolicy& b) {
  if (is_unknown(a) || is_unknown(b)) return false;
  if (a.source == nullptr || b.source == nullptr) return a.applies() || b.applies();
  return a.source != b.source && (a.applies() || b.applies());
}

std::string how_to_agree(const Scene& s) {
  const dns::Name& modern = s.found.rfc9989.organizational_domain.name;
  const dns::Name& listed = s.found.rfc7489.organizational_domain.name;
  if (modern != listed && modern.is_within(listed)) {
    return fmt::format("publish a DMARC record at `_dmarc.{}` too: it is then the organizational domain for both",
                       listed.to_string());
  }
  if (modern != listed) {
    return fmt::format("say `psd=n` in the DMARC record at `_dmarc.{}`: it is then the organizational domain for both",
                       listed.to_string());
  }
  return fmt::format("publish a DMARC record at `_dmarc.{}`", s.domain);
}

// RFC 9989 §4.10.2; RFC 7489 §3.2.
void receivers_disagree(const Scene& s) {
  const Generation& old = s.found.rfc7489;
  const Generation& modern = s.found.rfc9989;
  if (old.domain.outcome == Outcome::several || is_policy_of_registry(s, modern.domain)) return;
  const bool in_use = old.domain.applies() || modern.domain.applies();
  const bool organization = in_use && modern.organizational_domain.known() &&
                            modern.organizational_domain.name != old.organizational_domain.name;
  const bool policy = differ(old.domain, modern.domain);
  // Names below a registry's are other people's.
  const bool below = !s.found.public_suffix && differ(old.subdomain, modern.subdomain);
  if (!organization && !policy && !below) return;
  auto draft = s.out.add(Code::dmarc_receivers_disagree, {});
  draft.owner(s.domain).help("{}", how_to_agree(s));
  if (organization) {
    draft.message("the organizational domain of `{}` is `{}` for receivers of RFC 7489 and `{}` for those of RFC 9989",
                  s.domain, old.organizational_domain.name.to_string(), modern.organizational_domain.name.to_string());
  } else {
    draft.message("receivers of RFC 7489 and of RFC 9989 find different DMARC policies for {}`{}`",
                  policy ? "" : "subdomains of ", s.domain);
  }
  draft.note(
      "RFC 7489: {} for the domain, {} for its subdomains; RFC 9989: {} and {}; the same mail passes at one receiver "
      "and fails at another",
      source_of(old.domain), source_of(old.subdomain), source_of(modern.domain), source_of(modern.subdomain));
}

// RFC 9989 §4.10.1.
void record_in_between(const Scene& s) {
  const Generation& modern = s.found.rfc9989;
  const OrganizationalDomain& top = modern.organizational_domain;
  if (s.found.own().has_record() || !top.known()) return;
  for (const LookupPtr& lookup : modern.queries) {
    if (!lookup->has_record() || lookup->domain == s.found.domain || lookup->domain == top.name) continue;
    if (!lookup->domain.is_within(top.name)) continue;
    add_at(s, Code::dmarc_record_in_between, *lookup, text::span_of(0, std::string_view("v=DMARC1").size()))
        .message("the DMARC record at `{}` is not for mail from `{}`", lookup->owner.to_string(), s.domain)
        .note("receivers look at the domain itself and then at its organizational domain, `{}`, and not in between",
              top.name.to_string())
        .help("publish the policy that `{0}` is to have at `_dmarc.{0}`", s.domain);
  }
}

// RFC 9989 §5.1.4.
void subdomain_weakens(const Scene& s) {
  const OrganizationalDomain& top = s.found.rfc9989.organizational_domain;
  const EffectivePolicy& own = s.found.rfc9989.domain;
  if (!top.known() || top.name == s.found.domain || !own.applies() || own.source->domain != s.found.domain) return;
  const EffectivePolicy& inherited = s.found.rfc9989.subdomain;  // what it would have without a record
  if (!inherited.applies() || inherited.source->domain != top.name || own.applied >= inherited.applied) return;
  const std::string_view tag = to_string(inherited.tag);
  add_at(s, Code::dmarc_subdomain_weakens, *own.source, span_of_tag(*own.source, Key::p))
      .message("mail from `{}` is under `{}` only; without this record it would be under `{}`", s.domain, describe(own),
               describe(inherited))
      .note(
          "the record of the domain itself takes the place of `{}={}` of `{}`: whoever forges mail in the name of `{}` "
          "chooses this subdomain",
          tag, to_string(inherited.published), inherited.source->owner.to_string(), top.name.to_string())
      .help("when its reports show only honest mail passing, say `p={}` here, or remove the record",
            to_string(inherited.published));
}

void ignored_subdomain_policy(const Scene& s) {
  const Generation& modern = s.found.rfc9989;
  const Lookup& own = s.found.own();
  if (!own.has_record() || !modern.organizational_domain.known()) return;
  if (modern.organizational_domain.name == s.found.domain || s.found.domain.label_count() > kWalkedLabels) return;
  if (s.found.rfc7489.organizational_domain.name == s.found.domain) return;
  Findings found;
  check_ignored_subdomain_policy(*own.record, modern.organizational_domain.name.to_string(), found);
  const int index = s.record_at(own.owner);
  if (index < 0) return;
  for (finding::Finding& finding : found.items()) {
    finding.record = index;
    s.out.items().push_back(std::move(finding));
  }
}

// RFC 9989 §4.10.1.
void policy_inherited(const Scene& s) {
  const EffectivePolicy& policy = s.found.rfc9989.domain;
  if (!policy.applies() || policy.source->domain == s.found.domain) return;
  const bool registry = is_policy_of_registry(s, policy);
  auto draft = s.out.add(registry ? Code::dmarc_registry_policy : Code::dmarc_policy_inherited, {});
  draft.owner(s.domain).message("`{}` has no DMARC record; `{}` of `{}` applies", s.domain, to_string(policy.tag),
                                policy.source->owner.to_string());
  std::string way;
  for (const LookupPtr& lookup : s.found.rfc9989.queries) {
    way += fmt::format("{}`{}`: {}", way.empty() ? "" : "; ", lookup->owner.to_string(), describe(*lookup));
  }
  draft.note("the policy is {}; what was asked: {}", describe(policy), way);
  if (registry) draft.help("publish a record at `_dmarc.{}` to decide for yourself", s.domain);
}

struct Post {
  const ReportAuthorization& reports;
  const RecordAt& record_at;
  Findings& out;

  Draft add(Code code, const Destination& to) const {
    const dns::Name owner = reports.policy_domain.child("_dmarc").value_or(reports.policy_domain);
    const int index = record_at(owner);
    Draft draft = out.add(code, index < 0 ? text::Span{} : to.span);
    if (index >= 0) return draft.record(index);
    return draft.owner(owner.to_string());
  }
};

constexpr std::string_view kDropped =
    "receivers that find no agreement send nothing, so that nobody can have others "
    "flooded with reports";

// RFC 9990, "Verifying External Destinations", steps 7 and 8.
void not_authorized(const Post& post, const Destination& to) {
  if (to.consent != Consent::missing || is_mailbox_provider(to.host.to_lower())) return;  // that is DMARC063
  post.add(Code::dmarc_reports_not_authorized, to)
      .message("`{}` has not agreed to receive reports about `{}`", to.host.to_string(),
               post.reports.policy_domain.to_string())
      .note("{}", kDropped)
      .help("whoever runs `{}` has to publish `{}. TXT \"v=DMARC1\"`; or use an address in `{}`", to.host.to_string(),
            to.consent_name.to_string(), post.reports.policy_domain.to_string());
}

// Steps 6 and 9.
void bad_authorization(const Post& post, const Destination& to) {
  const std::string name = to.consent_name.to_string();
  if (to.consent == Consent::malformed) {
    post.add(Code::dmarc_bad_authorization, to)
        .message("what stands at `{}` is no agreement to receive reports: it does not begin with `v=DMARC1`", name)
        .note("{}", kDropped)
        .help("whoever runs `{}` has to publish `{}. TXT \"v=DMARC1\"`", to.host.to_string(), name);
  }
  if (to.consent == Consent::diverted) {
    post.add(Code::dmarc_bad_authorization, to)
        .message("`{}` sends the reports on to `{}`, at another host", name, to.diverted_to)
        .note("an agreement may name another address at `{}` only; receivers send no report to either",
              to.host.to_string())
        .help("whoever runs `{}` has to publish `{}. TXT \"v=DMARC1\"`", to.host.to_string(), name);
  }
}

std::string_view why_unreachable(Reach reach) {
  switch (reach) {
    case Reach::no_such_host: return "it does not exist";
    case Reach::nowhere: return "it has neither an MX record nor an address";
    default: return "its null MX record (`0 .`) says so";
  }
}

// RFC 5321 §5.1, RFC 7505. Says whether it found anything.
bool cannot_receive(const Post& post, const Destination& to) {
  if (to.reach == Reach::reachable || to.reach == Reach::unknown) return false;
  post.add(Code::dmarc_destination_cannot_receive, to)
      .message("no reports arrive at `{}`: {}", to.host.to_string(),
               to.reach == Reach::null_mx ? "it takes no mail" : why_unreachable(to.reach))
      .note("{}", to.reach == Reach::null_mx ? std::string(why_unreachable(to.reach))
                                             : "receivers that send reports get them back, and stop sending")
      .help("correct the address, or have `{}` receive mail", to.host.to_string());
  return true;
}

}  // namespace

void check_discovery(const Discovery& found, const RecordAt& record_at, Findings& out) {
  const Scene s{found, record_at, out, found.domain.to_string()};
  spf_answers(s);
  const bool at_ordinary = psd_at_ordinary_domain(s);
  const bool below_registered = psd_no_below_registered(s);
  if (!at_ordinary && !below_registered) receivers_disagree(s);  // else it follows from that
  record_in_between(s);
  subdomain_weakens(s);
  ignored_subdomain_policy(s);
  policy_inherited(s);
}

void check_policy_exists(const Discovery& found, bool sends_mail, Findings& out) {
  if (found.rfc7489.domain.outcome != Outcome::none || found.rfc9989.domain.outcome != Outcome::none) return;
  const std::string domain = found.domain.to_string();
  const std::string top = found.rfc7489.organizational_domain.name.to_string();
  auto draft = out.add(Code::dmarc_no_record, {});
  draft.owner("_dmarc." + domain)
      .message("no DMARC record applies to `{}`", domain)
      .note(
          "receivers cannot tell its mail from mail that only claims to be; the large ones refuse or hide mail of "
          "domains that send much without a record");
  if (sends_mail) {
    draft.help(
        "publish `_dmarc.{0}. TXT \"v=DMARC1; p=none; rua=mailto:dmarc-reports@{0}\"` to begin with, read the "
        "reports, then raise `p`",
        top);
  } else {
    draft.help("the domain sends no mail: publish `_dmarc.{}. TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"`",
               domain);
  }
}

void check_destinations(const ReportAuthorization& reports, const RecordAt& record_at, Findings& out) {
  const Post post{reports, record_at, out};
  for (const Destination& to : reports.destinations) {
    if (cannot_receive(post, to)) continue;  // whether such a host agrees does not matter
    not_authorized(post, to);
    bad_authorization(post, to);
  }
}

}  // namespace envelint::dmarc
