#include <envelint/expectation/rules.hpp>

#include <envelint/audit/zone_lines.hpp>
#include <envelint/dkim/key_name.hpp>
#include <envelint/dkim/verifying_key.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace envelint::expectation {
namespace {

using dmarc::EffectivePolicy;
using dmarc::Outcome;
using dmarc::Policy;
using dns::Name;
using finding::Code;
using finding::Draft;
using finding::Finding;
using finding::Findings;
using spf::Verdict;

constexpr std::size_t kMostNamed = 3;  // dear terms of a record

Policy one_lower(Policy policy) noexcept { return policy == Policy::reject ? Policy::quarantine : Policy::none; }

/// One finding about a name.
class Single {
 public:
  explicit Single(const Name& name) { draft().owner(name.to_string()); }

  [[nodiscard]] Draft draft() {
    if (found_.items().empty()) return found_.add(Code::x_expectation_not_met, {});
    return Draft(found_.items().front());
  }
  [[nodiscard]] Finding take() { return std::move(std::move(found_).take().front()); }

 private:
  Findings found_;
};

std::string in_words(const Sender& sender) {
  const std::string ip = sender.ip.to_string();
  if (sender.plain) return fmt::format("`{}`", ip);
  if (sender.mail_from.empty()) return fmt::format("`{}` with HELO `{}`", ip, sender.helo);
  return fmt::format("`{}` with MAIL FROM `{}`", ip, sender.mail_from);
}

std::string term_for(const net::Address& ip) {
  return fmt::format("{}:{}", ip.is_v4() ? "ip4" : "ip6", ip.to_string());
}

// ---- DMARC

std::string_view receivers_in_words(const dmarc::Generation& generation) {
  return generation.receiver == dmarc::Receiver::rfc7489 ? "receivers of RFC 7489" : "receivers of RFC 9989";
}

std::string applied_in_words(const EffectivePolicy& policy) {
  if (!policy.applies()) return "no DMARC policy";
  return fmt::format("`{}`", describe(policy));
}

std::string state_in_words(const std::vector<const dmarc::Generation*>& wrong) {
  const dmarc::Generation& first = *wrong.front();
  if (wrong.size() == 1) return fmt::format("{} apply {}", receivers_in_words(first), applied_in_words(first.domain));
  const std::string one = applied_in_words(first.domain);
  const std::string other = applied_in_words(wrong.back()->domain);
  if (one == other) return fmt::format("receivers apply {}", one);
  return fmt::format("{} apply {}, {} {}", receivers_in_words(first), one, receivers_in_words(*wrong.back()), other);
}

// `p=reject`: the tag to be set, which is one of its own where a record above speaks for all names below it.
std::string wanted_tag(const Name& name, const EffectivePolicy& policy, Policy wish) {
  const bool above = policy.source->domain != name;
  const dmarc::Key tag = above && policy.tag == dmarc::Key::p ? dmarc::Key::sp : policy.tag;
  return fmt::format("{}={}", to_string(tag), to_string(wish));
}

void explain_no_policy(const Name& name, const dmarc::Generation& generation, Policy wish, Draft draft) {
  const EffectivePolicy& policy = generation.domain;
  const auto several = std::ranges::find_if(generation.queries, [](const dmarc::LookupPtr& lookup) {
    return lookup->found == dmarc::Found::several;
  });
  if (several != generation.queries.end()) {
    const std::string owner = (*several)->owner.to_string();
    draft.note("several DMARC records stand at `{}`, and receivers discard them all (RFC 9989 §4.10)", owner)
        .help("remove all but one of them");
  } else if (policy.outcome == Outcome::unusable) {
    draft
        .note("the record at `{}` has no policy that receivers can read (RFC 9989 §4.10.1)",
              policy.source->owner.to_string())
        .help("write `p={}` in it", to_string(wish));
  } else {
    draft.note("there is no DMARC record at the name nor above it")
        .help("publish `{}`",
              audit::txt_line(audit::name_below("_dmarc", name), fmt::format("v=DMARC1; p={}", to_string(wish))));
  }
}

void explain_policy(const Name& name, const dmarc::Generation& generation, Policy wish, Draft draft) {
  const EffectivePolicy& policy = generation.domain;
  if (!policy.applies()) return explain_no_policy(name, generation, wish, draft);
  draft.note("it is `{}={}` of the record at `{}`", to_string(policy.tag), to_string(policy.published),
             policy.source->owner.to_string());
  if (policy.published == wish && policy.usable.testing) {
    draft.help("remove `t=y` there: the policy is applied one level lower while it stands (RFC 9989 §4.7)");
  } else if (policy.published == wish) {
    draft.help("remove `pct={}` there: for the rest of the mail the next lower policy applies (RFC 7489 §6.6.4)",
               policy.usable.pct);
  } else {
    draft.help("write `{}` in it", wanted_tag(name, policy, wish));
  }
}

// ---- SPF

std::string outcome_in_words(const spf::CheckResult& result) {
  if (result.mechanism.empty()) return fmt::format("{}, {}", to_string(result.verdict), result.reason);
  const bool own = result.path.size() < 2;
  const std::string whose = own ? std::string() : fmt::format(" in the record of `{}`", result.path.back());
  return fmt::format("{}, `{}` matched{}", to_string(result.verdict), result.mechanism, whose);
}

// The domain whose record decides.
std::string deciding_domain(const Name& name, const spf::CheckResult& result) {
  if (!result.path.empty()) return result.path.back();
  return result.domain.empty() ? name.to_string() : result.domain;
}

void help_to_pass(const Name& name, const Sender& sender, const spf::CheckResult& result, Draft draft) {
  const std::string domain = deciding_domain(name, result);
  const std::string term = term_for(sender.ip);
  if (result.verdict == Verdict::none) {
    draft.help("publish `{}`, with a term for each other sender", audit::txt_line(domain, "v=spf1 " + term + " ~all"));
  } else if (result.verdict == Verdict::permerror) {
    draft.help("mend the SPF record of {} first: no sender behind the mistake can pass", domain);
  } else if (result.mechanism.empty()) {
    draft.help("add `{}` to the SPF record of {}", term, domain);
  } else {
    draft.help("add `{}` to the SPF record of {}, before `{}`", term, domain, result.mechanism);
  }
}

Finding not_aligned(const Name& name, const Sender& sender, const SenderFacts& facts) {
  Single out(name);
  Draft draft = out.draft();
  draft.message("{} passes SPF for {}, which is not aligned with {}", in_words(sender), facts.spf.domain,
                name.to_string());
  if (facts.strict_at.empty()) {
    draft.note("what passes for another organizational domain does not count for DMARC (RFC 9989 §4.4)")
        .help("have it send with a MAIL FROM address in {} or below it", name.to_string());
  } else {
    draft.note("`aspf=s` of the record at `{}` wants the same domain (RFC 9989 §4.4)", facts.strict_at)
        .help("write `aspf=r` there, or have it send with a MAIL FROM address in {}", name.to_string());
  }
  return out.take();
}

std::string dear_terms(const spf::Tree& tree) {
  std::vector<const spf::TreeTerm*> own;
  for (const spf::TreeTerm& term : tree.terms) {
    if (term.depth == 0) own.push_back(&term);
  }
  std::ranges::stable_sort(own, std::ranges::greater(), &spf::TreeTerm::cost);
  if (own.size() > kMostNamed) own.resize(kMostNamed);
  std::string out;
  for (const spf::TreeTerm* term : own) {
    if (!out.empty()) out += ", ";
    out += fmt::format("`{}` ({})", term->term, term->cost);
  }
  return out;
}

}  // namespace

std::optional<Policy> policy_for_all(const EffectivePolicy& policy) noexcept {
  if (!policy.applies()) return std::nullopt;
  const bool shared = policy.usable.pct > 0 && policy.usable.pct < 100;
  return shared ? one_lower(policy.applied) : policy.applied;
}

std::string expected_policy(const Name& name, const PolicyWish& wish, Whom whom) {
  constexpr std::string_view kWhom[] = {"", " of RFC 7489", " of RFC 9989"};
  return fmt::format("receivers{} apply `{}` to mail from {}", kWhom[static_cast<std::size_t>(whom)],
                     to_string(wish.policy), name.to_string());
}

std::string expected_lookups(const Name& name, const LookupLimit& limit) {
  return fmt::format("the SPF record of {} takes at most {} lookups", name.to_string(), limit.most);
}

std::string expected_key(const Name& name, const SelectorWish& wish) {
  return fmt::format("a usable DKIM key stands at selector `{}` of {}", wish.selector.to_string(), name.to_string());
}

std::string expected_pass(const Name& name, const Sender& sender) {
  return fmt::format("{} passes SPF for {}", in_words(sender), name.to_string());
}

std::string expected_fail(const Name& name, const Sender& sender) {
  return fmt::format("{} does not pass SPF for {}", in_words(sender), name.to_string());
}

Finding policy_not_met(const Name& name, const PolicyWish& wish, const std::vector<const dmarc::Generation*>& wrong) {
  Single out(name);
  out.draft().message("{} to mail from {}; `{}` is expected", state_in_words(wrong), name.to_string(),
                      to_string(wish.policy));
  explain_policy(name, *wrong.front(), wish.policy, out.draft());
  return out.take();
}

Finding too_many_lookups(const spf::Tree& tree, const LookupLimit& limit) {
  Single out(tree.domain);
  out.draft()
      .message("evaluating the SPF record of {} takes {}{} DNS lookups; at most {} are expected",
               tree.domain.to_string(), tree.exact ? "" : "at least ", tree.lookups(), limit.most)
      .note("receivers stop at {}, and the whole record is then a permerror (RFC 7208 §4.6.4)", spf::kMaxLookups)
      .help("remove what is no longer used; what costs most: {}", dear_terms(tree));
  return out.take();
}

Finding several_records(const Name& name, std::size_t count) {
  Single out(name);
  out.draft()
      .message("{} has {} SPF records, so that no number of lookups can be expected of one", name.to_string(), count)
      .note("receivers use none of them: SPF is a permerror for every sender (RFC 7208 §4.5)")
      .help("join them into one record");
  return out.take();
}

std::optional<std::string> trouble_with_key(const dns::Answer& answer) {
  if (answer.records.empty()) return "there is no DKIM key";
  if (answer.records.size() > 1) return fmt::format("{} TXT records stand", answer.records.size());
  const auto key = dkim::load_key(audit::first_text(answer));
  if (key->record.revoked()) return "a revoked DKIM key stands";
  if (!key->key) return fmt::format("a DKIM key that cannot be used ({}) stands", to_string(key->key.error()));
  if (!key->record.valid()) return "a DKIM key that receivers cannot use stands";
  return std::nullopt;
}

Finding key_not_usable(const Name& name, const SelectorWish& wish, const dns::Answer& answer,
                       const std::string& trouble) {
  Single out(name);
  const auto owner = dkim::key_name(wish.selector, name);
  const std::string domain = name.to_string();
  const std::string selector = wish.selector.to_string();
  Draft draft = out.draft();
  draft.message("{} at `{}`", trouble, owner ? owner->to_string() : selector)
      .note("no signature with `s={}` verifies (RFC 6376 §6.1.2)", selector);
  if (answer.records.empty()) {
    draft.help("publish the record of the key that signs; `envelint keygen {} --selector {} --from KEY.pem` prints it",
               domain, selector);
  } else {
    draft.help("`envelint lint {} --selector {}` says what is wrong with it", domain, selector);
  }
  return out.take();
}

Finding does_not_pass(const Name& name, const Sender& sender, const SenderFacts& facts) {
  if (facts.spf.verdict == Verdict::pass) return not_aligned(name, sender, facts);
  Single out(name);
  const std::string domain = facts.spf.domain.empty() ? name.to_string() : facts.spf.domain;
  out.draft()
      .message("{} does not pass SPF for {}: {}", in_words(sender), domain, outcome_in_words(facts.spf))
      .note("its mail then passes DMARC only where DKIM does");
  help_to_pass(name, sender, facts.spf, out.draft());
  return out.take();
}

Finding passes(const Name& name, const Sender& sender, const SenderFacts& facts) {
  Single out(name);
  Draft draft = out.draft();
  draft.message("{} passes SPF for {}: {}", in_words(sender), facts.spf.domain, outcome_in_words(facts.spf))
      .note("whatever it sends in the name of {} passes DMARC (RFC 9989 §4.4)", name.to_string());
  if (facts.spf.path.size() > 1) {
    draft.help("have `{}` removed from the SPF record of {}, or remove the term that leads there from that of {}",
               facts.spf.mechanism, facts.spf.path.back(), facts.spf.domain);
  } else {
    draft.help("remove `{}` from the SPF record of {}, or put `-{}` before it", facts.spf.mechanism, facts.spf.domain,
               term_for(sender.ip));
  }
  return out.take();
}

}  // namespace envelint::expectation
