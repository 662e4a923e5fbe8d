#include <envelint/verdict/story.hpp>

#include <envelint/dns/describe.hpp>
#include <envelint/dns/reverse.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::verdict {
namespace {

std::string question(const dns::Name& name, dns::Type type) {
  return fmt::format("{} {}", name.to_string(), to_string(type));
}

StepOutcome outcome_of(spf::Verdict verdict) noexcept {
  switch (verdict) {
    case spf::Verdict::pass: return StepOutcome::good;
    case spf::Verdict::none:
    case spf::Verdict::neutral: return StepOutcome::neutral;
    case spf::Verdict::temperror: return StepOutcome::unknown;
    case spf::Verdict::fail:
    case spf::Verdict::softfail:
    case spf::Verdict::permerror: return StepOutcome::bad;
  }
  return StepOutcome::neutral;
}

StepOutcome outcome_of(dkim::Result result) noexcept {
  switch (result) {
    case dkim::Result::pass: return StepOutcome::good;
    case dkim::Result::temperror: return StepOutcome::unknown;
    case dkim::Result::none: return StepOutcome::neutral;
    case dkim::Result::fail:
    case dkim::Result::policy:
    case dkim::Result::neutral:
    case dkim::Result::permerror: return StepOutcome::bad;
  }
  return StepOutcome::neutral;
}

StepOutcome outcome_of(DmarcStatus status) noexcept {
  switch (status) {
    case DmarcStatus::pass: return StepOutcome::good;
    case DmarcStatus::none: return StepOutcome::neutral;
    case DmarcStatus::temperror: return StepOutcome::unknown;
    case DmarcStatus::fail:
    case DmarcStatus::permerror: return StepOutcome::bad;
  }
  return StepOutcome::neutral;
}

void add_asked(const std::vector<spf::Asked>& asked, Step& out) {
  for (const spf::Asked& one : asked) out.asked.push_back({question(one.query.name, one.query.type), one.answer});
}

bool was_tested(const spf::Step& step) noexcept { return step.outcome != spf::Outcome::not_tested; }

/// What an SPF evaluation found; terms that were not tested are left out.
void add_spf(const spf::CheckResult& result, Step& out) {
  out.outcome = outcome_of(result.verdict);
  out.text = fmt::format("SPF {}", to_string(result.verdict));
  if (!result.reason.empty()) out.text += ": " + result.reason;
  out.reference = "RFC 7208 §4";
  if (result.domain.empty()) return;
  if (result.lookups > 0) out.text += fmt::format(" ({} of {} lookups)", result.lookups, spf::CheckLimits().lookups);
  add_asked(result.asked, out);
  const bool walked = std::ranges::count_if(result.steps, was_tested) > 1;
  for (const spf::Step& step : result.steps) {
    if (!was_tested(step)) continue;
    if (walked && !step.term.empty())
      out.details.push_back(fmt::format("`{}` of {}: {}", step.term, step.domain, step.reason));
    add_asked(step.asked, out);
  }
}

class Teller {
 public:
  Teller(const mail::Message& message, const Verdict& verdict) : message_(message), verdict_(verdict) {}

  std::vector<Step> tell() {
    if (verdict_.envelope.client) {
      add_connection();
      add_helo();
      add_mail_from();
    }
    for (const dkim::SignatureResult& result : verdict_.dkim) {
      if (!result.skipped()) add_signature(result);
    }
    if (verdict_.dkim.empty()) {
      add(Stage::dkim, "").text = message_.cut()
                                      ? "there is no DKIM signature in the part of the header that is looked at"
                                      : "the message has no DKIM signature";
    }
    add_arc();
    add_from();
    for (const AuthorVerdict& author : verdict_.dmarc.authors) add_author(author);
    return std::move(steps_);
  }

 private:
  Step& add(Stage stage, std::string subject) {
    Step& out = steps_.emplace_back();
    out.stage = stage;
    out.subject = std::move(subject);
    return out;
  }

  void add_connection() {
    const net::Address client = verdict_.envelope.client->unmapped();
    const ReverseDns& reverse = verdict_.reverse;
    Step& step = add(Stage::connection, client.to_string());
    step.reference = "RFC 8601 §3";
    step.asked.push_back({question(dns::reverse_name(client), dns::Type::ptr), dns::describe(reverse.ptr)});
    for (const ClientName& name : reverse.names) {
      step.asked.push_back(
          {question(name.name, client.is_v4() ? dns::Type::a : dns::Type::aaaa), dns::describe(name.addresses)});
    }
    const std::string first = reverse.names.empty() ? std::string() : reverse.names.front().name.to_string();
    switch (reverse.status) {
      case ReverseStatus::pass:
        step.outcome = StepOutcome::good;
        step.text = fmt::format("its name is {}, which leads back to it", reverse.confirmed()->to_string());
        break;
      case ReverseStatus::fail:
        step.outcome = StepOutcome::bad;
        step.text = fmt::format("reverse DNS calls it {}, which does not lead back to it", first);
        break;
      case ReverseStatus::permerror:
        step.outcome = StepOutcome::bad;
        step.text = "it has no name in reverse DNS";
        break;
      case ReverseStatus::temperror:
      case ReverseStatus::none:
        step.outcome = StepOutcome::unknown;
        step.text = "DNS did not say what its name is";
        break;
    }
    if (!verdict_.envelope.tls) return;
    step.details.push_back(*verdict_.envelope.tls ? "the message came over TLS" : "the message came without TLS");
  }

  void add_helo() {
    Step& step = add(Stage::helo, verdict_.envelope.helo);
    if (step.subject.empty()) {
      step.text = "the name that the client gave is not known";
      return;
    }
    if (!verdict_.spf_helo) {
      step.text = helo_words();
      return;
    }
    add_spf(*verdict_.spf_helo, step);
    step.details.push_back(helo_words());
    step.details.push_back("DMARC does not go by this name, but by MAIL FROM");
  }

  [[nodiscard]] std::string helo_words() const {
    if (!verdict_.helo_answer) return "it is no host name that could lead back to the client";
    if (verdict_.helo_answer->unknown()) return "DNS did not say whether it leads back to the client";
    return verdict_.helo_leads_back ? "it leads back to the client" : "it does not lead back to the client";
  }

  void add_mail_from() {
    const std::string& sender = verdict_.envelope.mail_from;
    Step& step = add(Stage::mail_from, sender.empty() ? "<>" : sender);
    add_spf(*verdict_.spf, step);
    if (sender.empty()) step.details.push_back("a bounce: the name in HELO is checked in its place");
  }

  void add_signature(const dkim::SignatureResult& result) {
    const dkim::Signature& signature = result.signature;
    Step& step = add(Stage::dkim, std::string(signature.domain()));
    step.outcome = outcome_of(result.result);
    step.reference = "RFC 6376 §6.1";
    step.text = fmt::format("signature {}", to_string(result.result));
    if (result.reason != dkim::Reason::verified) step.text += fmt::format(": {}", to_string(result.reason));
    if (!result.detail.empty()) step.text += fmt::format(": {}", result.detail);
    if (result.key_answer && signature.key_name()) {
      step.asked.push_back({question(*signature.key_name(), dns::Type::txt), dns::describe(*result.key_answer)});
    }
    add_fact("the key may be used", "the key may not be used", result.key_ok, step);
    add_fact("the body is what was signed", "the body is not what was signed", result.body_hash_ok, step);
    add_fact("the header is what was signed", "the header is not what was signed", result.header_signature_ok, step);
    if (result.unsigned_octets > 0) {
      step.details.push_back(fmt::format("{} octets of the body are not signed, by `l=`", result.unsigned_octets));
    }
  }

  static void add_fact(std::string_view yes, std::string_view no, const std::optional<bool>& fact, Step& out) {
    if (fact) out.details.emplace_back(*fact ? yes : no);
  }

  void add_arc() {
    const arc::ChainResult& chain = verdict_.arc;
    if (chain.status == arc::ChainStatus::none) return;
    const std::string sealer = chain.chain.sets.empty() ? "" : std::string(chain.chain.sets.back().seal.domain());
    Step& step = add(Stage::arc, sealer);
    step.reference = "RFC 8617 §5.2";
    step.text = fmt::format("chain {}", to_string(chain.status));
    if (chain.fault != arc::ChainFault::none) step.text += fmt::format(": {}", to_string(chain.fault));
    step.details.push_back("no sealer is trusted, so that it changes nothing");
  }

  void add_from() {
    Step& step = add(Stage::from, from_field());
    step.reference = "RFC 9989 §5.3.1";
    if (!verdict_.author.usable()) {
      step.outcome = StepOutcome::bad;
      step.text = author_trouble(verdict_.author);
      step.details.push_back("DMARC needs one author domain; no such message passes");
      return;
    }
    step.text = fmt::format("the author domain is {}", verdict_.author.domains.front().to_string());
    for (const mail::AddressList& list : verdict_.author.lists) {
      for (const mail::AddressFault& fault : list.faults) step.details.emplace_back(to_string(fault.kind));
    }
  }

  /// The first From field as it stands, on one line.
  [[nodiscard]] std::string from_field() const {
    if (verdict_.author.fields.empty()) return {};
    std::string out;
    for (const char c : message_.value(message_.fields()[verdict_.author.fields.front()])) {
      const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (!blank) out.push_back(c);
      if (blank && !out.empty() && out.back() != ' ') out.push_back(' ');
    }
    while (out.ends_with(' ')) out.pop_back();
    return out;
  }

  void add_author(const AuthorVerdict& author) {
    add_policy(author);
    add_alignment(author);
    add_disposition(author);
  }

  void add_policy(const AuthorVerdict& author) {
    const DmarcResult& result = author.rfc9989;
    Step& step = add(Stage::policy, author.discovery.domain.to_string());
    step.reference = "RFC 9989 §4.10.1";
    for (const dmarc::LookupPtr& lookup : author.discovery.lookups()) {
      if (lookup == nullptr) continue;
      step.asked.push_back({question(lookup->owner, dns::Type::txt), describe(*lookup)});
    }
    step.text = place_of(result.policy);
    if (result.policy.outcome == dmarc::Outcome::unknown) step.outcome = StepOutcome::unknown;
    if (result.organizational_domain.known()) {
      step.details.push_back(fmt::format("organizational domain {} ({})", result.organizational_domain.name.to_string(),
                                         describe(result.organizational_domain.boundary)));
    }
    const std::string old = place_of(author.rfc7489.policy);
    const dmarc::OrganizationalDomain& listed = author.rfc7489.organizational_domain;
    if (old != step.text) step.details.push_back(fmt::format("by RFC 7489: {}", old));
    if (result.organizational_domain.known() && listed.name != result.organizational_domain.name) {
      step.details.push_back(
          fmt::format("by RFC 7489 the organizational domain is {} (Public Suffix List)", listed.name.to_string()));
    }
  }

  void add_alignment(const AuthorVerdict& author) {
    for (std::size_t i = 0; i < author.rfc9989.alignments.size(); ++i) {
      const Alignment& now = author.rfc9989.alignments[i];
      const Alignment& old = author.rfc7489.alignments[i];
      const Identifier& its = verdict_.identifiers[now.identifier];
      Step& step = add(Stage::alignment, fmt::format("{} {}", to_string(its.mechanism), its.domain.to_string()));
      step.reference = "RFC 9989 §4.4";
      step.text = alignment_words(now, its, author.discovery.domain, author.rfc9989);
      const bool counts = its.state == Identifier::State::authenticated;
      if (!now.aligned || its.state == Identifier::State::unknown) step.outcome = StepOutcome::unknown;
      if (now.aligned) step.outcome = *now.aligned && counts ? StepOutcome::good : StepOutcome::neutral;
      if (its.state == Identifier::State::not_counted)
        step.details.push_back("it leaves text unsigned, so that it does not count");
      if (its.state == Identifier::State::failed) step.details.push_back("it did not pass, so that it does not count");
      if (old.aligned != now.aligned) {
        step.details.push_back("by RFC 7489: " + alignment_words(old, its, author.discovery.domain, author.rfc7489));
      }
    }
  }

  static std::string alignment_words(const Alignment& alignment, const Identifier& identifier, const dns::Name& author,
                                     const DmarcResult& result) {
    const std::string_view word = !alignment.aligned ? "not known" : *alignment.aligned ? "aligned" : "not aligned";
    return fmt::format("{}: {}", word, explain(alignment, identifier, author, result));
  }

  void add_disposition(const AuthorVerdict& author) {
    const DmarcResult& now = author.rfc9989;
    const DmarcResult& old = author.rfc7489;
    Step& step = add(Stage::disposition, author.discovery.domain.to_string());
    step.outcome = outcome_of(now.status);
    step.reference = "RFC 9989 §5.3.6";
    step.text = disposition_words(now);
    const std::string before = disposition_words(old);
    if (before != step.text) step.details.push_back("by RFC 7489: " + before);
  }

  static std::string disposition_words(const DmarcResult& result) {
    std::string out = fmt::format("DMARC {}", to_string(result.status));
    if (result.status != DmarcStatus::fail) return out;
    out += fmt::format(", the domain asks for {}", to_string(result.disposition));
    if (result.pct < 100) {
      out += fmt::format(" of {} % of such mail, and {} of the rest", result.pct, to_string(result.otherwise));
    }
    return out;
  }

  const mail::Message& message_;
  const Verdict& verdict_;
  std::vector<Step> steps_;
};

}  // namespace

std::string_view to_string(Stage stage) noexcept {
  constexpr std::array<std::string_view, 9> kTexts{"connection", "HELO",   "MAIL FROM", "DKIM",       "ARC",
                                                   "From",       "policy", "alignment", "disposition"};
  return kTexts[static_cast<std::size_t>(stage)];
}

std::string_view to_string(StepOutcome outcome) noexcept {
  constexpr std::array<std::string_view, 4> kTexts{"good", "bad", "neutral", "unknown"};
  return kTexts[static_cast<std::size_t>(outcome)];
}

std::vector<Step> tell(const mail::Message& message, const Verdict& verdict) { return Teller(message, verdict).tell(); }

}  // namespace envelint::verdict
