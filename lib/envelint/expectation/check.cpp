#include <envelint/expectation/check.hpp>

#include <envelint/dkim/key_name.hpp>
#include <envelint/dmarc/discovery.hpp>
#include <envelint/dns/describe.hpp>
#include <envelint/expectation/rules.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/spf/record_cache.hpp>
#include <envelint/spf/record_selection.hpp>
#include <envelint/spf/tree.hpp>

#include <algorithm>
#include <utility>

namespace envelint::expectation {
namespace {

using dns::Name;
using dns::Type;

Undecided undecided_by(const Name& name, Type type, const dns::Answer& answer) {
  return {name.to_string() + " " + to_string(type), dns::describe(answer)};
}

/// Asks another resolver and remembers the last question that was not answered: the one that leaves things open.
class NotingResolver : public dns::Resolver {
 public:
  explicit NotingResolver(dns::Resolver& inner) : inner_(inner) {}

  task::Task<dns::Answer> query(dns::Query query) override {
    const dns::Query asked = query;
    auto asking = inner_.query(std::move(query));
    dns::Answer answer = co_await std::move(asking);
    if (answer.unknown()) last_ = undecided_by(asked.name, asked.type, answer);
    co_return answer;
  }

  [[nodiscard]] const Undecided& last() const noexcept { return last_; }

 private:
  dns::Resolver& inner_;
  Undecided last_;
};

bool is_unknown(const dmarc::Generation* generation) { return generation->domain.outcome == dmarc::Outcome::unknown; }

/// The checks of one name. Lives in the frame of check().
class Checker {
 public:
  Checker(dns::Resolver& resolver, Expectation expectation, const dns::PublicSuffixList& suffixes)
      : dns_(resolver), expected_(std::move(expectation)), suffixes_(suffixes), finder_(dns_, &suffixes) {}

  task::Task<std::vector<Unmet>> run() {
    if (expected_.policy || expected_.policy_rfc7489) {
      co_await find_policy();
      judge_policies();
    }
    if (expected_.max_lookups) co_await check_lookups();
    for (const SelectorWish& wish : expected_.selectors) co_await check_selector(&wish);
    for (const Sender& sender : expected_.pass) co_await check_sender(&sender, true);
    for (const Sender& sender : expected_.fail) co_await check_sender(&sender, false);
    std::ranges::stable_sort(out_, {}, [](const Unmet& one) { return one.span.start; });
    co_return std::move(out_);
  }

 private:
  task::Task<void> find_policy() {
    if (discovery_) co_return;
    auto discovering = dmarc::discover(finder_, expected_.name, suffixes_);
    discovery_ = co_await std::move(discovering);
  }

  void judge_policies() {
    const auto& wish = expected_.policy;
    const auto& older = expected_.policy_rfc7489;
    if (wish && !older) judge_policy(*wish, Whom::all, {&discovery_->rfc9989, &discovery_->rfc7489});
    if (wish && older) judge_policy(*wish, Whom::rfc9989, {&discovery_->rfc9989});
    if (older) judge_policy(*older, Whom::rfc7489, {&discovery_->rfc7489});
  }

  // One generation that is known to differ decides, whatever is not known of the other.
  void judge_policy(const PolicyWish& wish, Whom whom, const std::vector<const dmarc::Generation*>& generations) {
    std::vector<const dmarc::Generation*> wrong;
    for (const dmarc::Generation* one : generations) {
      if (!is_unknown(one) && policy_for_all(one->domain) != wish.policy) wrong.push_back(one);
    }
    const auto open = std::ranges::find_if(generations, is_unknown);
    std::string what = expected_policy(expected_.name, wish, whom);
    if (!wrong.empty()) {
      add(std::move(what), wish.span, policy_not_met(expected_.name, wish, wrong));
    } else if (open != generations.end()) {
      add(std::move(what), wish.span, undecided_policy((*open)->domain));
    }
  }

  // The question for the record, or where that is answered, the one whether the name exists.
  [[nodiscard]] Undecided undecided_policy(const dmarc::EffectivePolicy& policy) const {
    if (policy.source == nullptr || !policy.source->answer.unknown()) return dns_.last();
    return undecided_by(policy.source->owner, Type::txt, policy.source->answer);
  }

  task::Task<void> check_lookups() {
    const LookupLimit limit = *expected_.max_lookups;
    std::string what = expected_lookups(expected_.name, limit);
    dns::Query query(expected_.name, Type::txt);
    const dns::Answer answer = co_await dns_.query(std::move(query));
    if (answer.unknown()) {
      add(std::move(what), limit.span, undecided_by(expected_.name, Type::txt, answer));
      co_return;
    }
    const auto records = spf::select_records(answer);
    if (records.size() > 1) add(std::move(what), limit.span, several_records(expected_.name, records.size()));
    if (records.size() != 1) co_return;  // no record asks nothing
    std::string record(records.front()->joined());
    auto exploring = spf::explore(dns_, expected_.name, std::move(record));
    const spf::Tree tree = co_await std::move(exploring);
    const bool open = std::ranges::find(tree.terms, spf::TermFate::unknown, &spf::TreeTerm::fate) != tree.terms.end();
    if (tree.lookups() > limit.most) {
      add(std::move(what), limit.span, too_many_lookups(tree, limit));
    } else if (open) {
      add(std::move(what), limit.span, dns_.last());
    }
  }

  task::Task<void> check_selector(const SelectorWish* wish) {
    const auto name = dkim::key_name(wish->selector, expected_.name);
    dns::Answer answer(dns::Answer::State::nxdomain);  // of a name too long to exist
    if (name) {
      dns::Query query(*name, Type::txt);
      answer = co_await dns_.query(std::move(query));
    }
    std::string what = expected_key(expected_.name, *wish);
    if (answer.unknown()) {
      add(std::move(what), wish->span, undecided_by(*name, Type::txt, answer));
    } else if (const auto trouble = trouble_with_key(answer)) {
      add(std::move(what), wish->span, key_not_usable(expected_.name, *wish, answer, *trouble));
    }
  }

  task::Task<void> check_sender(const Sender* sender, bool shall_pass) {
    SenderFacts facts;
    spf::CheckRequest request(sender->ip, sender->mail_from, sender->helo);
    request.records = &records_;
    auto checking = spf::check_host(dns_, std::move(request));
    facts.spf = co_await std::move(checking);
    std::optional<Undecided> open;
    if (facts.spf.verdict == spf::Verdict::temperror) open = dns_.last();
    if (facts.spf.verdict == spf::Verdict::pass) open = co_await align(&facts);
    std::string what = shall_pass ? expected_pass(expected_.name, *sender) : expected_fail(expected_.name, *sender);
    const bool is_pass = facts.spf.verdict == spf::Verdict::pass && facts.aligned == true;
    if (open) {
      add(std::move(what), sender->span, *std::move(open));
    } else if (shall_pass && !is_pass) {
      add(std::move(what), sender->span, does_not_pass(expected_.name, *sender, facts));
    } else if (!shall_pass && is_pass) {
      add(std::move(what), sender->span, passes(expected_.name, *sender, facts));
    }
  }

  // RFC 9989 §4.4. Only where the modes come to different results, the mode has to be known.
  task::Task<std::optional<Undecided>> align(SenderFacts* facts) {
    const auto domain = Name::parse(facts->spf.domain);
    if (domain == expected_.name) {
      facts->aligned = true;
      co_return std::nullopt;
    }
    co_await find_policy();
    if (discovery_->rfc9989.domain.outcome == dmarc::Outcome::none) {
      facts->aligned = domain && belongs_together(*domain);
      co_return std::nullopt;
    }
    auto walking = finder_.walk(domain.value_or(Name()));
    const dmarc::TreeWalk walk = co_await std::move(walking);
    const dmarc::EffectivePolicy& policy = discovery_->rfc9989.domain;
    const dmarc::Identifier author{expected_.name, discovery_->rfc9989.organizational_domain};
    const dmarc::Identifier sender{walk.start, dmarc::organizational_domain(walk)};
    const auto relaxed = dmarc::aligned(author, sender, dmarc::Alignment::relaxed);
    if (!relaxed && walk.unknown()) {
      co_return undecided_by(walk.lookups.back()->owner, Type::txt, walk.lookups.back()->answer);
    }
    const bool mode_decides = relaxed != false;
    if (!relaxed || (mode_decides && policy.outcome == dmarc::Outcome::unknown)) co_return undecided_policy(policy);
    const bool strict = policy.applies() && policy.usable.aspf == dmarc::Alignment::strict;
    facts->aligned = *relaxed && !strict;
    if (*relaxed && strict) facts->strict_at = policy.source->owner.to_string();
    co_return std::nullopt;
  }

  // Without DMARC records there is nothing to walk along, and a walk would find every name to be a domain of its own.
  [[nodiscard]] bool belongs_together(const Name& domain) const {
    const auto organization = suffixes_.organizational_domain(expected_.name);
    return organization && organization == suffixes_.organizational_domain(domain);
  }

  void add(std::string what, text::Span span, finding::Finding finding) {
    finding.place = finding::FilePlace{0, span};
    out_.push_back({std::move(what), span, std::move(finding), std::nullopt});
  }
  void add(std::string what, text::Span span, Undecided open) {
    out_.push_back({std::move(what), span, std::nullopt, std::move(open)});
  }

  NotingResolver dns_;
  Expectation expected_;
  const dns::PublicSuffixList& suffixes_;
  dmarc::RecordFinder finder_;
  spf::RecordCache records_;
  std::optional<dmarc::Discovery> discovery_;
  std::vector<Unmet> out_;
};

}  // namespace

task::Task<std::vector<Unmet>> check(dns::Resolver& resolver, Expectation expectation,
                                     const dns::PublicSuffixList& suffixes) {
  Checker checker(resolver, std::move(expectation), suffixes);
  co_return co_await checker.run();
}

}  // namespace envelint::expectation
