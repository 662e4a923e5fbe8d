// What the setup has to do with what became of a delivery.

#include <envelint/rehearsal/rehearse.hpp>
#include <envelint/verdict/conclusion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace envelint::rehearsal {
namespace {

using verdict::AuthorVerdict;
using verdict::DmarcResult;
using verdict::DmarcStatus;
using verdict::Verdict;

enum class Answer : std::uint8_t { yes, no, unknown };

Answer spf_passes(const Verdict& verdict) {
  if (!verdict.spf) return Answer::no;
  if (verdict.spf->verdict == spf::Verdict::pass) return Answer::yes;
  return verdict.spf->verdict == spf::Verdict::temperror ? Answer::unknown : Answer::no;
}

Answer dkim_passes(const Verdict& verdict) {
  const auto any = [&](dkim::Result result) {
    return std::ranges::find(verdict.dkim, result, &dkim::SignatureResult::result) != verdict.dkim.end();
  };
  if (any(dkim::Result::pass)) return Answer::yes;
  return any(dkim::Result::temperror) ? Answer::unknown : Answer::no;
}

Answer both(Answer one, Answer other) {
  if (one == Answer::no || other == Answer::no) return Answer::no;
  return one == Answer::unknown || other == Answer::unknown ? Answer::unknown : Answer::yes;
}

/// Whether receivers of one generation take the message for what it says it is. Without a policy that is up to them:
/// mail of the domain itself has to have all there is, a forgery nothing.
Answer accepted(Scene scene, const Verdict& verdict, const DmarcResult& result) {
  switch (result.status) {
    case DmarcStatus::pass: return Answer::yes;
    case DmarcStatus::fail:
    case DmarcStatus::permerror: return Answer::no;
    case DmarcStatus::temperror: return Answer::unknown;
    case DmarcStatus::none: break;
  }
  if (scene == Scene::forgery) return spf_passes(verdict);
  if (scene == Scene::forwarded) return dkim_passes(verdict);
  return both(spf_passes(verdict), dkim_passes(verdict));
}

std::string without_stop(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  return text;
}

/// SPF alone can lose a message that DMARC would accept.
std::string refused_by_spf(const Verdict& verdict) {
  if (!verdict.spf) return {};
  const spf::CheckResult& spf = *verdict.spf;
  if (spf.verdict == spf::Verdict::fail) {
    return fmt::format(
        "SPF gives `fail` for {}: receivers may refuse the mail before they look at its signature (RFC 7208 §8.4)",
        spf.domain);
  }
  if (spf.verdict != spf::Verdict::permerror) return {};
  return fmt::format(
      "SPF cannot be evaluated for {} (permerror), for which receivers may refuse the mail (RFC 7208 §8.7)",
      spf.domain);
}

/// Of mail that should pass and does not.
std::string why_not(Scene scene, const Verdict& verdict) {
  const AuthorVerdict* author = verdict.of_author();
  if (author == nullptr) return without_stop(conclude(verdict));
  if (author->rfc9989.status == DmarcStatus::pass) return without_stop(consequence(verdict));
  if (author->rfc9989.status != DmarcStatus::none) return without_stop(conclude(verdict));
  const std::string_view dkim = dkim_passes(verdict) == Answer::yes ? "a signature verifies" : "no signature verifies";
  if (scene == Scene::forwarded) return std::string(dkim);
  return fmt::format("without a DMARC policy mail needs SPF and DKIM: SPF gives `{}`, and {}",
                     verdict.spf ? to_string(verdict.spf->verdict) : "none", dkim);
}

std::string why_accepted(const Verdict& verdict) {
  const AuthorVerdict* author = verdict.of_author();
  if (author == nullptr) return without_stop(conclude(verdict));
  if (author->rfc9989.status == DmarcStatus::pass) return without_stop(conclude(verdict));
  if (author->rfc7489.status == DmarcStatus::pass) return without_stop(consequence(verdict));
  return fmt::format("it passes SPF for {}", verdict.spf ? verdict.spf->domain : "its domain");
}

/// The answer of the generation that is worse off.
Answer of_both(const Delivery& row, Answer worst) {
  const AuthorVerdict* author = row.verdict.of_author();
  if (author == nullptr) return Answer::no;
  const std::array<Answer, 2> said{accepted(row.scene, row.verdict, author->rfc9989),
                                   accepted(row.scene, row.verdict, author->rfc7489)};
  if (std::ranges::find(said, worst) != said.end()) return worst;
  return std::ranges::find(said, Answer::unknown) != said.end() ? Answer::unknown : said.front();
}

std::string why_undecided(const Verdict& verdict) {
  const bool by_spf = spf_passes(verdict) == Answer::unknown && !verdict.spf->reason.empty();
  return by_spf ? verdict.spf->reason : without_stop(conclude(verdict));
}

void judge_own(Delivery& row) {
  const Answer answer = of_both(row, Answer::no);
  if (answer == Answer::no) {
    row.outcome = Outcome::broken;
    row.why = why_not(row.scene, row.verdict);
    return;
  }
  if (row.scene == Scene::sender) row.why = refused_by_spf(row.verdict);
  if (!row.why.empty()) {
    row.outcome = Outcome::broken;
  } else if (answer == Answer::unknown) {
    row.outcome = Outcome::undecided;
    row.why = why_undecided(row.verdict);
  } else {
    row.outcome = Outcome::as_it_should;
  }
}

void judge_forgery(Delivery& row) {
  switch (of_both(row, Answer::yes)) {
    case Answer::no: row.outcome = Outcome::as_it_should; return;
    case Answer::unknown:
      row.outcome = Outcome::undecided;
      row.why = why_undecided(row.verdict);
      return;
    case Answer::yes:
      row.outcome = Outcome::broken;
      row.why = why_accepted(row.verdict);
      return;
  }
}

}  // namespace

void judge(Delivery& row) {
  row.why.clear();
  if (row.scene == Scene::list) {
    row.outcome = Outcome::told;
  } else if (row.scene == Scene::forgery) {
    judge_forgery(row);
  } else {
    judge_own(row);
  }
}

}  // namespace envelint::rehearsal
