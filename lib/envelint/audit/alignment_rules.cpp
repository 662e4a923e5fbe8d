#include <envelint/audit/alignment_rules.hpp>

#include <envelint/audit/mail_use.hpp>
#include <envelint/audit/provider_rules.hpp>
#include <envelint/audit/zone_lines.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace envelint::audit {
namespace {

using finding::Code;
using finding::Findings;
using finding::Severity;

bool user_named_selectors(const DomainFacts& facts) {
  return std::ranges::find(facts.selectors, SelectorOrigin::given, &SelectorFacts::origin) != facts.selectors.end();
}

// RFC 8020: below a name that does not exist there is nothing.
bool no_keys_at_all(const DomainFacts& facts) { return facts.domainkey.state == dns::Answer::State::nxdomain; }

/// Every selector that was tried was answered, and none has a key that receivers can use.
bool no_key_found(const DomainFacts& facts) {
  const bool all_known =
      std::ranges::none_of(facts.selectors, [](const SelectorFacts& one) { return one.txt.unknown(); });
  const bool any_tried = !facts.selectors.empty() || no_keys_at_all(facts);
  return all_known && any_tried && !facts.domainkey.unknown() && facts.any_key.nothing() && !has_usable_key(facts);
}

// `p` itself, or what stands for it where the policy of a domain above applies.
std::string policy_of(const DomainFacts& facts) {
  const auto policy = dmarc_policy(facts);
  return fmt::format("p={}", policy ? to_string(*policy) : "none");
}

std::string_view state_of_spf(const DomainFacts& facts) {
  return spf_use(facts) == SpfUse::none ? "there is no SPF record" : "the SPF record cannot be used";
}

// RFC 9989 §5.1: a message passes if SPF or DKIM vouches for the domain of its From field.
void cannot_pass(const DomainFacts& facts, Findings& out) {
  const std::string domain = facts.domain.to_string();
  const bool certain = no_keys_at_all(facts) || user_named_selectors(facts);
  auto draft = out.add(Code::x_enforced_without_authentication, {});
  draft.owner(domain)
      .note("receivers do with every message what the policy says, its own mail included")
      .help("set the policy to `p=none` until SPF or DKIM works: `{}`",
            txt_line(name_below("_dmarc", facts.domain), "v=DMARC1; p=none; rua=mailto:dmarc@" + domain));
  if (certain) {
    draft.message("mail of `{}` cannot pass its DMARC policy `{}`: {}, and there is no DKIM key", domain,
                  policy_of(facts), state_of_spf(facts));
  } else {
    // A selector that nobody guesses may have one.
    draft.severity(Severity::warning)
        .message("mail of `{}` can hardly pass its DMARC policy `{}`: {}, and no DKIM key was found", domain,
                 policy_of(facts), state_of_spf(facts));
  }
}

// RFC 9989 §7.4.
void single_leg(const DomainFacts& facts, Findings& out) {
  const std::string domain = facts.domain.to_string();
  out.add(Code::x_single_leg, {})
      .owner(domain)
      .message("DMARC of `{}` (`{}`) rests on SPF alone: there is no DKIM key", domain, policy_of(facts))
      .note(
          "SPF fails whenever a message is forwarded or goes through a mailing list, and the policy then applies to it")
      .help(
          "sign with DKIM: turn it on where the mail is sent, and publish the key it shows at "
          "`SELECTOR._domainkey.{}.`",
          domain);
}

}  // namespace

bool nothing_can_pass(const DomainFacts& facts) {
  const SpfUse spf = spf_use(facts);
  const bool spf_cannot = spf == SpfUse::none || spf == SpfUse::broken;
  return enforces_dmarc(facts) && has_mail_hosts(facts) && spf_cannot && no_key_found(facts);
}

bool rests_on_spf_alone(const DomainFacts& facts) {
  return enforces_dmarc(facts) && spf_use(facts) == SpfUse::somebody && no_keys_at_all(facts) && no_key_found(facts) &&
         !user_named_selectors(facts);
}

void check_alignment(const DomainFacts& facts, Findings& out) {
  if (nothing_can_pass(facts)) cannot_pass(facts, out);
  // Where a provider's keys are missing, X003 says which, and that is the same mistake. So is a key at a wrong name.
  const bool said = provider_key_missing(facts) || out.has(Code::dkim_key_at_wrong_name);
  if (rests_on_spf_alone(facts) && !said) single_leg(facts, out);
}

void check_test_keys(const DomainFacts& facts, DomainReport& report) {
  if (!enforces_dmarc(facts)) return;
  for (finding::Finding& finding : report.findings) {
    if (finding.code != Code::dkim_test_mode) continue;
    finding.code = Code::x_test_key_under_enforcement;
    finding.severity = finding::entry(finding.code).severity;
    finding.message = fmt::format("this key is in test mode (`t=y`), and DMARC is enforced (`{}`)", policy_of(facts));
    finding.note =
        "receivers may treat mail signed with it like mail without a signature, and the policy then applies to it";
    finding.help = "take the flag away: the time of testing is over where the policy is enforced";
  }
}

}  // namespace envelint::audit
