#include <envelint/spf/tree_rules.hpp>

#include <envelint/spf/known_includes.hpp>
#include <envelint/spf/tree_mend.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::spf {
namespace {

using finding::Code;
using finding::Draft;
using finding::Findings;
using text::span_of;

/// From this count on there is no room for a provider to add an include of its own.
constexpr std::uint32_t kNearLimit = 8;
/// More than half of all there are: the rest is somebody's exception.
constexpr std::uint64_t kMostOfV4 = 1ULL << 31;
constexpr std::uint64_t kMostOfV6 = 1ULL << 63;
constexpr std::size_t kMostMarked = 12;
constexpr std::size_t kMaxPtrNames = 10;

std::string lookups_in_words(std::uint32_t count) { return fmt::format("{} lookup{}", count, count == 1 ? "" : "s"); }

class TreeRules {
 public:
  TreeRules(const Tree& tree, Findings& out) : tree_(tree), out_(out) {}

  void run(std::span<const ClientNames> clients) {
    explanation();
    for (const TreeTerm& term : tree_.terms) {
      if (term.breaks()) broken(term);
    }
    passes_everybody();
    too_many_lookups();
    near_limit();
    void_lookups();
    included_twice();
    redundant();
    for (const TreeTerm& term : tree_.terms) {
      if (term.fate == TermFate::depends && !term.is(Mechanism::ptr)) depends_on_message(term);
      if (term.fate == TermFate::unknown && !term.outside && !term.told) unanswered(term);
      if (term.is(Mechanism::ptr)) many_names(term, clients);
    }
  }

 private:
  void explanation();
  void broken(const TreeTerm& term);
  void without_record(const TreeTerm& term);
  void loop(const TreeTerm& term);
  void passes_everybody();
  void too_many_lookups();
  void near_limit();
  void void_lookups();
  void void_lookup(const TreeTerm& term);
  void too_many_void_lookups(std::size_t count);
  void void_for_one_family(const std::vector<const TreeTerm*>& voids, bool v6);
  void mark_missing(Draft& draft, const std::vector<const TreeTerm*>& terms) const;
  void included_twice();
  void twice(const TreeTerm& first, const TreeTerm& second);
  void redundant();
  void depends_on_message(const TreeTerm& term);
  void unanswered(const TreeTerm& term);
  void many_names(const TreeTerm& term, std::span<const ClientNames> clients);

  Draft add(Code code, const TreeTerm& term) { return out_.add(code, top(term).span); }
  [[nodiscard]] const TreeTerm& top(const TreeTerm& term) const { return tree_.terms[term.top]; }
  [[nodiscard]] std::string at_least(std::uint32_t count) const {
    return fmt::format("{}{}", tree_.exact ? "" : "at least ", count);
  }
  /// "`include:x`", or with whose record it is in.
  [[nodiscard]] static std::string named(const TreeTerm& term) {
    if (term.depth == 0) return fmt::format("`{}`", term.term);
    return fmt::format("`{}` in the record of `{}`", term.term, term.domain);
  }
  [[nodiscard]] Span with_gap(Span span) const {
    std::size_t start = span.start;
    while (start > 0 && tree_.record[start - 1] == ' ') --start;
    return span_of(start, span.end);
  }
  /// Whether the same words stand in the record before it, which is said by looking at the text alone.
  [[nodiscard]] bool is_repeated(const TreeTerm& term) const {
    const auto bare = [](std::string_view text) { return text.starts_with('+') ? text.substr(1) : text; };
    return std::ranges::any_of(tree_.terms, [&](const TreeTerm& other) {
      return other.depth == 0 && other.span.start < term.span.start && text::iequals(bare(other.term), bare(term.term));
    });
  }
  template <typename Holds>
  [[nodiscard]] std::vector<const TreeTerm*> terms_where(Holds holds) const {
    std::vector<const TreeTerm*> out;
    for (const TreeTerm& term : tree_.terms) {
      if (holds(term)) out.push_back(&term);
    }
    return out;
  }
  Draft mark_costs(Code code, std::uint32_t crossed);
  void help_with_mend(Draft& draft) const;

  const Tree& tree_;
  Findings& out_;
  std::set<std::size_t> said_;  // top-level terms of which it is said that they add nothing
};

// §6.2: what is wrong here costs only the explanation.
void TreeRules::explanation() {
  if (!tree_.explanation) return;
  const Explanation& what = *tree_.explanation;
  auto draft = out_.add(Code::spf_exp_target, what.term);
  draft.note("receivers then refuse mail without the domain's own words; the result itself stays the same");
  switch (what.fault) {
    case ExplanationFault::missing:
      draft.message("`{}` has no TXT record to explain anything", what.target)
          .help("publish the text as one TXT record at `{}`, or remove `exp=`", what.target);
      break;
    case ExplanationFault::several:
      draft
          .message("`{}` has {} TXT records; receivers use the explanation only where there is one", what.target,
                   what.count)
          .help("name a host that has no other TXT record");
      break;
    case ExplanationFault::not_ascii:
      draft.message("the explanation at `{}` has characters outside ASCII", what.target)
          .help("write it in ASCII: it goes into an SMTP reply");
      break;
    case ExplanationFault::bad_macro:
      draft.message("the explanation at `{}` has a macro that cannot be read", what.target)
          .help("write `%%` for a percent sign, and macros as `%{{i}}`");
      break;
    case ExplanationFault::too_long:
      draft
          .message("the explanation at `{}` is {} octets long; SMTP replies have room for about 450", what.target,
                   what.count)
          .help("shorten it, or put the details on a page and give its URL");
      break;
  }
}

void TreeRules::broken(const TreeTerm& term) {
  constexpr std::string_view kWhy =
      "the whole record is then a permerror for every sender that nothing before it matches";
  switch (term.fate) {
    case TermFate::no_record:
    case TermFate::no_domain: without_record(term); break;
    case TermFate::loop: loop(term); break;
    case TermFate::faulty:
      add(Code::spf_included_record_broken, term)
          .message("the record of `{}` has a syntax error at `{}`, which breaks this one too", term.target, term.answer)
          .note("{}", kWhy)
          .help("have it corrected at `{}`, or remove {} until then", term.target, named(top(term)));
      break;
    case TermFate::several:
      add(Code::spf_included_record_broken, term)
          .message("`{}` has more than one SPF record, which breaks this one too", term.target)
          .note("{}", kWhy)
          .help("have all but one removed at `{}`, or remove {} until then", term.target, named(top(term)));
      break;
    case TermFate::too_many_hosts:
      add(Code::spf_too_many_mx, term)
          .message("{} stands for {} mail hosts; receivers look at no more than {}", named(term), term.hosts,
                   kMaxMxHosts)
          .note("{}", kWhy)
          .help("list the addresses that send mail with `ip4:` and `ip6:` in its place");
      break;
    default: break;  // no_name: the text says it
  }
}

// §5.2, §6.1. Whether the domain could be registered by anybody is another finding.
void TreeRules::without_record(const TreeTerm& term) {
  const bool redirects = term.is(Modifier::redirect);
  const bool gone = term.fate == TermFate::no_domain;
  const Code code = redirects ? Code::spf_redirect_without_record
                    : gone    ? Code::spf_include_of_nothing
                              : Code::spf_include_without_record;
  auto draft = add(code, term);
  draft.message("{} leads to a domain that {}", named(term), gone ? "does not exist" : "has no SPF record")
      .note("{}", redirects ? "a redirect to nothing is a permerror: SPF of this domain does not work"
                            : "the whole record is then a permerror for every sender that nothing before it matches");
  const auto meant = near_known_include(term.target);
  if (term.depth > 0) {
    draft.help("tell who runs `{}`; until it is mended, remove {}", term.domain, named(top(term)));
  } else if (meant) {
    const std::size_t value = term.span.end - std::min<std::size_t>(term.span.size(), term.target.size());
    draft.help("did you mean `{}`?", *meant);
    if (text::iequals(std::string_view(tree_.record).substr(value, term.target.size()), term.target)) {
      draft.suggest(span_of(value, term.span.end), std::string(*meant));
    }
  } else if (redirects) {
    draft.help("correct the name, or replace `{}` by the terms themselves and `-all`", term.term);
  } else {
    draft.help("remove `{}`; if the service is still in use, ask for the name it has you include now", term.term)
        .suggest(with_gap(term.span), "");
  }
}

void TreeRules::loop(const TreeTerm& term) {
  std::string path = term.target;
  for (const TreeTerm* at = &term;; at = &tree_.terms[*at->parent]) {
    path = fmt::format("{} → {}", at->domain, path);
    if (!at->parent || text::iequals(at->domain, term.target)) break;
  }
  auto draft = add(Code::spf_include_loop, term);
  draft.message("{} leads back to where it came from: {}", named(term), path)
      .note("receivers follow it until the limit of {} lookups, and then answer permerror", kMaxLookups);
  if (term.depth == 0) {
    draft.help("remove `{}`: a record that includes itself adds nothing", term.term).suggest(with_gap(term.span), "");
  } else {
    draft.help("remove one of the terms that make the circle, such as {}", named(top(term)));
  }
}

void TreeRules::passes_everybody() {
  const auto open = [](const TreeTerm& term) {
    return term.needs_record() && term.fate == TermFate::found &&
           (term.ipv4 >= kMostOfV4 || term.ipv6_networks >= kMostOfV6);
  };
  for (const TreeTerm* term : terms_where(open)) {
    if (term->depth > 0 || term->qualifier != Qualifier::pass) continue;
    const std::size_t index = term->top;
    const auto below = terms_where([&](const TreeTerm& other) { return other.top == index && open(other); });
    const std::string& culprit = below.back()->target;
    add(Code::spf_included_record_passes_all, *term)
        .message("the record of `{}` lets practically every host pass, and with `{}` so does this one", culprit,
                 term->term)
        .note("forged mail in this domain's name passes SPF, and DMARC with it")
        .help("remove `{}` today, and tell who runs `{}`", term->term, culprit);
  }
}

/// Adds a finding with the cost beside every dear term of the record.
Draft TreeRules::mark_costs(Code code, std::uint32_t crossed) {
  const auto own = terms_where([](const TreeTerm& term) { return term.depth == 0; });
  auto dear = terms_where([](const TreeTerm& term) { return term.depth == 0 && term.cost > 1; });
  std::ranges::stable_sort(dear, std::ranges::greater(), &TreeTerm::cost);
  if (dear.size() > kMostMarked) dear.resize(kMostMarked);
  std::ranges::sort(dear, {}, [](const TreeTerm* term) { return term->span.start; });
  if (dear.empty()) {
    const auto at = std::ranges::find_if(own, [&](const TreeTerm* term) { return term->number >= crossed; });
    const TreeTerm& term = at == own.end() ? *own.back() : **at;
    Draft draft = out_.add(code, term.span);
    draft.label(fmt::format("lookup {}", term.number));
    return draft;
  }
  Draft draft = out_.add(code, dear.front()->span);
  draft.label(lookups_in_words(dear.front()->cost));
  for (std::size_t i = 1; i < dear.size(); ++i) draft.also(dear[i]->span, lookups_in_words(dear[i]->cost));
  return draft;
}

std::string step_in_words(const Tree& tree, const MendStep& step) {
  const std::string_view term = tree.terms[step.term].term;
  using Kind = MendStep::Kind;
  switch (step.kind) {
    case Kind::drop_redundant: return fmt::format("remove `{}`, which adds no address", term);
    case Kind::drop_void: return fmt::format("remove `{}`, which finds nothing", term);
    case Kind::drop_broken: return fmt::format("remove `{}`, which is broken", term);
    case Kind::drop_ptr: return fmt::format("remove `{}`, which should not be used", term);
    case Kind::list_addresses: return fmt::format("write `{}` for `{}`", step.text, term);
    case Kind::list_included:
      return fmt::format("write `{}` for `{}`, whose owner may change them any day", step.text, term);
  }
  return {};
}

void TreeRules::help_with_mend(Draft& draft) const {
  if (!tree_.mend) {
    draft.help(
        "remove includes of services that are no longer used, or have one send from a subdomain with a record of its own");
    return;
  }
  std::string steps;
  bool by_today = false;
  for (const MendStep& step : tree_.mend->steps) {
    if (!steps.empty()) steps += "; ";
    steps += step_in_words(tree_, step);
    by_today = by_today || !step.text.empty();
  }
  draft.help("{}: the count is then {}{}", steps, at_least(tree_.mend->lookups),
             by_today ? " (addresses as they are today: check them when a server moves)" : "");
  auto edits = edits_of(tree_, *tree_.mend);
  if (tree_.mend->same_result) {
    draft.fix(std::move(edits));
  } else {
    draft.suggest(std::move(edits));
  }
}

// §4.6.4.
void TreeRules::too_many_lookups() {
  const std::uint32_t count = tree_.lookups();
  if (count <= kMaxLookups) return;
  Draft draft = mark_costs(Code::spf_too_many_lookups, kMaxLookups + 1);
  draft.message("evaluating this record takes {} DNS lookups; receivers stop at {}", at_least(count), kMaxLookups);
  if (tree_.best && tree_.best->lookups <= kMaxLookups) {
    draft.note(
        "the whole record is then a permerror, as if SPF were broken; senders that match within the first {} lookups "
        "still pass, so it hits some mail and spares other",
        kMaxLookups);
  } else {
    draft.note("the whole record is then a permerror, as if SPF were broken");
  }
  help_with_mend(draft);
}

void TreeRules::near_limit() {
  const std::uint32_t count = tree_.lookups();
  if (count < kNearLimit || count > kMaxLookups) return;
  mark_costs(Code::spf_lookups_near_limit, count)
      .message("evaluating this record takes {} of the {} DNS lookups that are allowed", at_least(count), kMaxLookups)
      .note(
          "when a provider adds includes to a record of its own, which it may do any day, this one becomes a permerror")
      .help(
          "make room before you add a service: remove what is no longer used, and list your own hosts with `ip4:` and "
          "`ip6:` in place of `a` and `mx`");
}

// §4.6.4. A question for A and one for AAAA are void or not each for itself, so what happens depends on the client. An
// include that finds nothing is an error of its own.
void TreeRules::void_lookups() {
  const auto void4 = terms_where([](const TreeTerm& t) { return t.void4 && !t.needs_record(); });
  const auto void6 = terms_where([](const TreeTerm& t) { return t.void6 && !t.needs_record(); });
  if (void4.size() > kMaxVoidLookups && void6.size() > kMaxVoidLookups) {
    too_many_void_lookups(std::max(void4.size(), void6.size()));
    return;
  }
  for (const TreeTerm* term : void4) {
    if (term->void6) void_lookup(*term);
  }
  if (void4.size() > kMaxVoidLookups && tree_.authorised.count_v4() > 0) void_for_one_family(void4, false);
  if (void6.size() > kMaxVoidLookups && tree_.authorised.count_v6_networks() > 0) void_for_one_family(void6, true);
}

std::string what_is_missing(const TreeTerm& term) {
  if (term.void4 && term.void6) return fmt::format("`{}` {}", term.target, term.answer);
  return term.void4 ? "no A record" : "no AAAA record";
}

void TreeRules::void_lookup(const TreeTerm& term) {
  add(Code::spf_void_lookup, term)
      .message("{} finds nothing: `{}` {}", named(term), term.target, term.answer)
      .note("receivers allow {} lookups that find nothing; with more, the whole record is a permerror", kMaxVoidLookups)
      .help("{}",
            term.depth == 0 ? "correct the name, or remove the term" : fmt::format("tell who runs `{}`", term.domain));
}

void TreeRules::mark_missing(Draft& draft, const std::vector<const TreeTerm*>& terms) const {
  draft.label(what_is_missing(*terms.front()));
  std::set<std::size_t> marked{terms.front()->top};
  for (const TreeTerm* term : terms) {
    if (marked.size() == kMostMarked || !marked.insert(term->top).second) continue;
    draft.also(top(*term).span, what_is_missing(*term));
  }
}

void TreeRules::too_many_void_lookups(std::size_t count) {
  const auto voids = terms_where([](const TreeTerm& t) { return (t.void4 || t.void6) && !t.needs_record(); });
  Draft draft = add(Code::spf_too_many_void_lookups, *voids.front());
  draft.message("{} lookups of this record find nothing; receivers stop after {}", count, kMaxVoidLookups)
      .note("the whole record is then a permerror for every sender that nothing before matches")
      .help("correct the names, or remove the terms; list hosts by their addresses, with `ip4:` and `ip6:`");
  mark_missing(draft, voids);
}

void TreeRules::void_for_one_family(const std::vector<const TreeTerm*>& voids, bool v6) {
  Draft draft = add(Code::spf_limit_for_some, *voids.front());
  draft
      .message("for IPv{} clients {} lookups of this record find nothing, and receivers stop after {}", v6 ? 6 : 4,
               voids.size(), kMaxVoidLookups)
      .note(
          "mail that comes over IPv{} then gets a permerror, while the same mail over IPv{} is judged as it should be",
          v6 ? 6 : 4, v6 ? 4 : 6)
      .help("list the addresses with `ip4:` and `ip6:` in place of the hosts' names; that costs no lookup");
  mark_missing(draft, voids);
}

void TreeRules::included_twice() {
  std::map<std::string, const TreeTerm*> seen;
  std::set<std::string> said;
  for (const TreeTerm& term : tree_.terms) {
    if (!term.needs_record() || term.fate != TermFate::found) continue;
    const std::string name = text::lower(term.target);
    const auto [first, is_new] = seen.try_emplace(name, &term);
    if (is_new || said.contains(name)) continue;
    // What is included below a record that is there twice comes twice by itself.
    const bool follows = term.parent && said.contains(text::lower(tree_.terms[*term.parent].target));
    said.insert(name);
    const bool by_text = term.depth == 0 && first->second->depth == 0 && is_repeated(term);
    if (!follows && !by_text) twice(*first->second, term);
  }
}

void TreeRules::twice(const TreeTerm& first, const TreeTerm& second) {
  const TreeTerm& spare = first.depth == 0 && first.redundant ? first : second;
  const TreeTerm& other = &spare == &first ? second : first;
  const bool own = spare.depth == 0 && spare.redundant;
  auto draft = add(Code::spf_included_twice, spare);
  draft
      .message("`{}` is included twice: {} and by {}", spare.target, own ? "here" : fmt::format("by {}", named(spare)),
               named(other))
      .note("its lookups are paid each time: {} here", spare.cost);
  if (spare.top != other.top) draft.also(top(other).span, "includes it too");
  if (own) {
    said_.insert(spare.top);
    draft.help("remove `{}`: its addresses stay in the record by {}", spare.term, named(top(other)))
        .fix(with_gap(spare.span), "");
  } else if (spare.top == other.top) {
    draft.severity(finding::Severity::notice).help("tell who runs `{}`", top(spare).target);
  } else {
    draft.help("both services bring it along; where one is no longer needed, remove its include");
  }
}

// Equal today is all that can be known; a host that moves may make a term useful again.
void TreeRules::redundant() {
  if (tree_.authorised.count_v4() >= kMostOfV4) return;
  for (const TreeTerm& term : tree_.terms) {
    if (!term.redundant || said_.contains(term.top) || is_repeated(term)) continue;
    const bool empty = term.ipv4 == 0 && term.ipv6_networks == 0;
    auto draft = add(Code::spf_redundant_term, term);
    if (empty) {
      draft.message("`{}` adds no address: {}", term.term,
                    term.needs_record() ? std::string("nothing passes by the record there") : term.answer);
    } else {
      draft.message("`{}` adds no address that is not already listed", term.term);
    }
    draft.note("it costs {} of the {} that are allowed", lookups_in_words(term.cost), kMaxLookups)
        .fix(with_gap(term.span), "");
  }
}

void TreeRules::depends_on_message(const TreeTerm& term) {
  const bool is_first = std::ranges::none_of(tree_.terms, [&](const TreeTerm& other) {
    return &other < &term && other.top == term.top && other.fate == TermFate::depends && !other.is(Mechanism::ptr);
  });
  if (!is_first) return;
  add(Code::spf_macro_term, term)
      .message("what {} matches depends on the message, and cannot be said here", named(term))
      .note("{}", term.needs_record()
                      ? "nor can how many lookups the record there costs: the count is the least"
                      : "it is counted as one lookup; for senders whose name does not exist it is a void one too")
      .help("`envelint spf --ip IP --mail-from ADDRESS` shows it for one sender");
}

// §4.6.4, §2.6.6.
void TreeRules::unanswered(const TreeTerm& term) {
  add(Code::spf_slow_evaluation, term)
      .message("{} cannot be evaluated: nobody answered `{}`", named(term), term.answer)
      .note(
          "receivers that get no answer either have a temperror: mail waits, or goes on without SPF; the counts "
          "here are the least")
      .help("run it again; if it stays, tell who runs the name servers of `{}`", term.target);
}

// §4.6.4, §5.5.
void TreeRules::many_names(const TreeTerm& term, std::span<const ClientNames> clients) {
  const auto many =
      std::ranges::find_if(clients, [](const ClientNames& client) { return client.names > kMaxPtrNames; });
  if (many == clients.end()) return;
  add(Code::spf_too_many_ptr, term)
      .message("{} has {} names in reverse DNS; for {} receivers look at {} of them", many->address.to_string(),
               many->names, named(term), kMaxPtrNames)
      .note("which ones is chance, so the same server passes now and then")
      .help("remove `{}` and list the address: `{}:{}`", top(term).term, many->address.is_v4() ? "ip4" : "ip6",
            many->address.to_string());
}

}  // namespace

void check_tree(const Tree& tree, std::span<const ClientNames> clients, Findings& out) {
  TreeRules(tree, out).run(clients);
}

}  // namespace envelint::spf
