#include <envelint/verdict/conclusion.hpp>

#include <envelint/dns/describe.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace envelint::verdict {
namespace {

using State = Identifier::State;

constexpr std::string_view kNotChecked = "SPF was not checked, since the client is not known";

/// One result of one generation, with what is needed to speak of it.
class Words {
 public:
  Words(const Verdict& verdict, const AuthorVerdict& author)
      : verdict_(verdict), author_(author.discovery.domain.to_string()), result_(author.rfc9989) {}

  [[nodiscard]] std::string conclude() const {
    switch (result_.status) {
      case DmarcStatus::pass: return fmt::format("DMARC passes: {}.", aligned_words());
      case DmarcStatus::fail: return fail_words();
      case DmarcStatus::none: return none_words();
      case DmarcStatus::temperror: return unknown_words();
      case DmarcStatus::permerror: return unusable_words();
    }
    return {};
  }

 private:
  [[nodiscard]] const Identifier& of(const Alignment& alignment) const {
    return verdict_.identifiers[alignment.identifier];
  }

  [[nodiscard]] const Alignment* spf() const {
    const auto it =
        std::ranges::find(result_.alignments, Mechanism::spf, [&](const Alignment& one) { return of(one).mechanism; });
    return it == result_.alignments.end() ? nullptr : &*it;
  }

  [[nodiscard]] std::vector<const Alignment*> dkim(State state) const {
    std::vector<const Alignment*> out;
    for (const Alignment& one : result_.alignments) {
      if (of(one).mechanism == Mechanism::dkim && of(one).state == state) out.push_back(&one);
    }
    return out;
  }

  [[nodiscard]] std::string domain(const Alignment& one) const { return of(one).domain.to_string(); }

  [[nodiscard]] std::string aligned_words() const {
    std::vector<std::string> parts;
    for (const Alignment* one : dkim(State::authenticated)) {
      if (one->aligned == true) {
        parts.push_back(fmt::format("the DKIM signature of {} is {}", domain(*one), aligned_with(*one)));
        break;
      }
    }
    if (result_.spf_aligned) {
      const std::string_view also = parts.empty() ? "SPF passed for" : "so is SPF, which passed for";
      parts.push_back(
          fmt::format("{} {}{}", also, domain(*spf()), parts.empty() ? ", which is " + aligned_with(*spf()) : ""));
    } else {
      parts.push_back(spf_words());
    }
    return parts.size() == 1 ? parts.front() : fmt::format("{}, and {}", parts[0], parts[1]);
  }

  [[nodiscard]] std::string fail_words() const {
    if (verdict_.spf) return fmt::format("DMARC fails: {}, and {}.", spf_words(), dkim_words());
    return fmt::format("DMARC fails by DKIM alone: {}. {}.", dkim_words(), kNotChecked);
  }

  [[nodiscard]] std::string aligned_with(const Alignment& one) const {
    return one.reason == AlignmentReason::same_domain ? "aligned" : "aligned with " + author_;
  }

  [[nodiscard]] std::string spf_words() const {
    if (!verdict_.spf) return std::string(kNotChecked);
    const std::string_view word = to_string(verdict_.spf->verdict);
    const Alignment* one = spf();
    if (one == nullptr) return fmt::format("SPF has no domain to check ({})", word);
    if (of(*one).state == State::authenticated) {
      return fmt::format("SPF passed for {}, which is {}", domain(*one), not_aligned(*one));
    }
    if (verdict_.spf->verdict == spf::Verdict::none) return fmt::format("{} has no SPF record", domain(*one));
    return fmt::format("SPF did not pass for {} ({})", domain(*one), word);
  }

  [[nodiscard]] std::string not_aligned(const Alignment& one) const {
    if (!one.aligned) return "perhaps aligned";
    if (*one.aligned) return "aligned";
    if (one.reason == AlignmentReason::strict) return fmt::format("not {} itself, as its policy wants", author_);
    return fmt::format("not aligned with {}", author_);
  }

  [[nodiscard]] std::string dkim_words() const {
    if (verdict_.dkim.empty()) return "the message has no DKIM signature";
    for (const State state : {State::not_counted, State::failed}) {
      for (const Alignment* one : dkim(state)) {
        if (one->aligned == true) return broken_words(of(*one));
      }
    }
    const auto passing = dkim(State::authenticated);
    if (passing.empty()) return "no DKIM signature verified";
    if (passing.size() > 1) return "none of the DKIM signatures that verified is aligned";
    return fmt::format("the DKIM signature of {} is {}", domain(*passing.front()), not_aligned(*passing.front()));
  }

  [[nodiscard]] std::string broken_words(const Identifier& identifier) const {
    const std::string name = identifier.domain.to_string();
    if (identifier.state == State::not_counted) {
      return fmt::format("the DKIM signature of {} leaves text unsigned, so that it does not count", name);
    }
    const dkim::SignatureResult& result = verdict_.dkim[identifier.signature];
    return fmt::format("the DKIM signature of {} did not pass ({})", name, to_string(result.reason));
  }

  [[nodiscard]] std::string authenticated_words() const {
    std::vector<std::string> parts;
    if (spf() != nullptr && of(*spf()).state == State::authenticated) parts.push_back("SPF for " + domain(*spf()));
    const auto signatures = dkim(State::authenticated);
    if (!signatures.empty()) parts.push_back("DKIM for " + domain(*signatures.front()));
    if (parts.empty()) return verdict_.spf ? "Neither SPF nor DKIM passed." : "No DKIM signature passed.";
    return fmt::format("Passed: {}.", fmt::join(parts, ", "));
  }

  [[nodiscard]] std::string none_words() const {
    const bool several = result_.policy.outcome == dmarc::Outcome::several;
    const std::string why = several ? "there are several DMARC records, so that none counts"
                                    : fmt::format("{} has no DMARC record", author_);
    return fmt::format("DMARC does not apply: {}. {}", why, authenticated_words());
  }

  [[nodiscard]] std::string unusable_words() const {
    return fmt::format("DMARC cannot be applied: the record at {} has no policy that can be used. {}",
                       result_.policy.source->owner.to_string(), authenticated_words());
  }

  [[nodiscard]] std::string unknown_words() const {
    const dmarc::LookupPtr& source = result_.policy.source;
    if (result_.policy.outcome == dmarc::Outcome::unknown && source != nullptr) {
      return fmt::format("DMARC could not be decided: `{} TXT` was not answered ({}).", source->owner.to_string(),
                         dns::describe(source->answer));
    }
    return fmt::format("DMARC could not be decided: DNS did not say whether {} passes that may be aligned with {}.",
                       open_words(), author_);
  }

  [[nodiscard]] std::string open_words() const {
    for (const Alignment& one : result_.alignments) {
      const State state = of(one).state;
      if (state == State::unknown || (state == State::authenticated && !one.aligned)) {
        return fmt::format("{} for {}", to_string(of(one).mechanism), domain(one));
      }
    }
    return "an identifier";
  }

  const Verdict& verdict_;
  std::string author_;
  const DmarcResult& result_;
};

std::string_view verb(dmarc::Policy policy) noexcept {
  switch (policy) {
    case dmarc::Policy::none: return "deliver it as if there were no DMARC";
    case dmarc::Policy::quarantine: return "treat it as suspicious (quarantine)";
    case dmarc::Policy::reject: return "reject it";
  }
  return "";
}

std::string action(const DmarcResult& result) {
  std::string out(verb(result.disposition));
  if (result.pct < 100) out += fmt::format(" for {} % of such mail, and else {}", result.pct, verb(result.otherwise));
  return out;
}

std::string_view outcome(DmarcStatus status) noexcept {
  switch (status) {
    case DmarcStatus::pass: return "the message passes";
    case DmarcStatus::fail: return "the message fails";
    case DmarcStatus::none: return "DMARC does not apply";
    case DmarcStatus::temperror: return "DMARC could not be decided";
    case DmarcStatus::permerror: return "DMARC cannot be applied";
  }
  return "";
}

bool same_action(const DmarcResult& one, const DmarcResult& other) {
  return one.disposition == other.disposition && one.pct == other.pct && one.otherwise == other.otherwise;
}

}  // namespace

std::string place_of(const dmarc::EffectivePolicy& policy) {
  if (!policy.applies()) return describe(policy);
  std::string out =
      fmt::format("{}={} at {}", to_string(policy.tag), to_string(policy.published), policy.source->owner.to_string());
  if (policy.usable.testing) out += ", lowered by t=y";
  return out;
}

std::string author_trouble(const dmarc::Author& author) {
  if (author.usable()) return {};
  std::string out(to_string(author.status));
  if (author.status == dmarc::AuthorStatus::several_fields) {
    out = fmt::format("the message has {} From fields", author.fields.size());
  } else if (!author.detail.empty()) {
    out += ": " + author.detail;
  }
  return out;
}

std::string explain(const Alignment& alignment, const Identifier& identifier, const dns::Name& author,
                    const DmarcResult& result) {
  const bool walk = result.receiver == dmarc::Receiver::rfc9989;
  const dmarc::OrganizationalDomain& its = walk ? identifier.rfc9989 : identifier.rfc7489;
  switch (alignment.reason) {
    case AlignmentReason::same_domain: return "it is the author domain";
    case AlignmentReason::same_organization:
      return fmt::format("{} is the organizational domain of both", its.name.to_string());
    case AlignmentReason::strict:
      return fmt::format("the policy is strict, and it is not {} itself", author.to_string());
    case AlignmentReason::other_organization:
      if (!its.known() || !result.organizational_domain.known())
        return "it is another domain, and the policy is strict";
      return fmt::format("its organizational domain is {}, that of {} is {}", its.name.to_string(), author.to_string(),
                         result.organizational_domain.name.to_string());
    case AlignmentReason::unknown: return "DNS did not say what its organizational domain is";
  }
  return {};
}

std::string conclude(const Verdict& verdict) {
  if (const AuthorVerdict* one = verdict.of_author()) return Words(verdict, *one).conclude();
  return fmt::format("DMARC cannot be applied, and the message must not pass: {}.", author_trouble(verdict.author));
}

std::string disagreement(const Verdict& verdict) {
  const AuthorVerdict* one = verdict.of_author();
  if (one == nullptr) return {};
  const DmarcResult& old = one->rfc7489;
  if (one->rfc9989.status == old.status && same_action(one->rfc9989, old)) return {};
  constexpr std::string_view kStart = "Receivers that follow RFC 7489 differ: ";
  if (old.status == DmarcStatus::fail) return fmt::format("{}they are asked to {}.", kStart, action(old));
  return fmt::format("{}for them {}.", kStart, outcome(old.status));
}

std::string consequence(const Verdict& verdict) {
  const AuthorVerdict* one = verdict.of_author();
  if (one == nullptr) return {};
  std::string out;
  if (one->rfc9989.status == DmarcStatus::fail) {
    out = fmt::format("{}{} asks receivers to {} ({}).", verdict.spf ? "" : "Unless SPF passes, ",
                      one->discovery.domain.to_string(), action(one->rfc9989), place_of(one->rfc9989.policy));
  }
  const std::string others = disagreement(verdict);
  return out.empty() || others.empty() ? out + others : out + ' ' + others;
}

}  // namespace envelint::verdict
