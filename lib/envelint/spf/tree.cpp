#include <envelint/spf/tree.hpp>

#include <envelint/spf/record_graph.hpp>
#include <envelint/spf/tree_mend.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

namespace envelint::spf {
namespace {

using net::PrefixSet;

/// So deep records are followed: three times as deep as any receiver goes, and shallow enough for all readers of JSON.
constexpr std::size_t kMaxDepth = 32;
/// Records of many networks that are included again and again must not take for ever.
constexpr std::size_t kMaxVisits = 20'000;
/// No real record comes near; what is compared with what is quadratic.
constexpr std::size_t kMaxComparedTerms = 300;
constexpr std::size_t kMaxComparedLookups = 60;
/// SMTP has no room for more in a reply line (RFC 5321 §4.5.3.1.5: 512 octets with code and line end).
constexpr std::size_t kMaxExplanation = 450;

constexpr net::Prefix kEveryV4(net::Address(), 0);
constexpr net::Prefix kEveryV6(net::Address(std::array<std::uint8_t, 16>{}), 0);

/// A term of the domain's own record, for the question of what changes without it.
struct OwnTerm {
  std::optional<std::size_t> node;  ///< index into the tree's terms; none for networks and `all`
  Qualifier qualifier = Qualifier::pass;
  const PrefixSet* match = nullptr;
  bool certain = true;  ///< all that it matches is known
  bool dropped = false;
};

/// Where a record stands in the tree.
struct Place {
  std::uint32_t depth = 0;
  std::optional<std::size_t> parent;
  bool passes = true;  ///< whether what passes here passes for the domain
};

bool is_settled(TermFate fate) { return fate == TermFate::found || fate == TermFate::nothing; }

std::string addresses_in_words(const PrefixSet& set) {
  const std::uint64_t v4 = set.count_v4();
  const std::uint64_t v6 = set.count_v6_networks();
  if (v4 == 0 && v6 == 0) return "no address";
  std::string out;
  if (v4 > 0) out = fmt::format("{} IPv4", v4);
  if (v6 > 0) out += fmt::format("{}{} IPv6 /64", v4 > 0 ? ", " : "", v6);
  return out;
}

/// Makes the tree of what has been read. Pure.
class Builder {
 public:
  Builder(const RecordGraph& graph, Tree& out) : graph_(graph), out_(out), passing_(graph.records.size()) {}

  void build() {
    walk(0, {}, {});
    out_.authorised = passing(0);
    if (graph_.cut) out_.exact = false;
    find_redundant();
    judge_explanation();
  }

 private:
  // What passes in a record, found once.
  const PrefixSet& passing(std::size_t index) {
    if (passing_[index]) return *passing_[index];
    passing_[index].emplace();  // what is found on a loop while it is being found
    const RecordFacts& facts = graph_.records[index];
    PrefixSet pass;
    PrefixSet others;
    for (std::size_t i = 0; i < facts.terms.size(); ++i) {
      const Term& term = facts.record.terms[i];
      if (!facts.terms[i].live || term.kind != TermKind::mechanism) continue;
      PrefixSet match = match_of(facts, i);
      if (term.qualifier == Qualifier::pass) {
        if (!others.empty()) match.remove(others);
        pass.add(match);
      } else {
        match.remove(pass);
        others.add(match);
      }
    }
    if (const auto redirect = redirect_of(facts); redirect && facts.terms[*redirect].leads_to) {
      PrefixSet match = passing(*facts.terms[*redirect].leads_to);
      match.remove(others);
      pass.add(match);
    }
    return passing_[index].emplace(std::move(pass));
  }

  PrefixSet match_of(const RecordFacts& facts, std::size_t i) {
    const Term& term = facts.record.terms[i];
    if (term.is(Mechanism::ip4) || term.is(Mechanism::ip6)) return PrefixSet(std::array{term.network});
    if (!facts.terms[i].leads_to) return facts.terms[i].match;
    return passing(*facts.terms[i].leads_to);
  }

  static std::optional<std::size_t> redirect_of(const RecordFacts& facts) {
    for (std::size_t i = 0; i < facts.terms.size(); ++i) {
      if (facts.terms[i].live && facts.record.terms[i].is(Modifier::redirect)) return i;
    }
    return std::nullopt;
  }

  // The terms of a record for those senders whom `decided` does not hold.
  void walk(std::size_t index, Place place, PrefixSet decided) {
    path_.push_back(index);
    const RecordFacts& facts = graph_.records[index];
    for (std::size_t i = 0; i < facts.terms.size(); ++i) {
      if (facts.terms[i].live && facts.record.terms[i].kind == TermKind::mechanism) visit(index, i, place, decided);
    }
    if (const auto redirect = redirect_of(facts)) visit(index, *redirect, place, decided);
    path_.pop_back();
  }

  void visit(std::size_t index, std::size_t i, const Place& place, PrefixSet& decided) {
    const RecordFacts& facts = graph_.records[index];
    const Term& term = facts.record.terms[i];
    const bool v4 = !decided.covers(kEveryV4);
    const bool v6 = !decided.covers(kEveryV6);
    if ((!v4 && !v6) || is_full()) return;  // nobody gets here
    const bool may_pass = place.passes && term.qualifier == Qualifier::pass;
    const PrefixSet match = match_of(facts, i);
    const bool adds = !decided.covers(match);
    std::optional<std::size_t> node;
    if (asks_dns(term)) {
      node = add(facts, i, place, match, v4, v6);
      out_.terms[*node].adds_nothing = !adds && !match.empty() && out_.terms[*node].fate == TermFate::found;
      if (out_.terms[*node].needs_record()) descend(facts.terms[i], *node, may_pass, decided);
      out_.terms[*node].cost = out_.lookups() - out_.terms[*node].number + 1;
    }
    const bool by_message = node && out_.terms[*node].fate == TermFate::depends;
    const bool follows_record = node && out_.terms[*node].needs_record() && !by_message;
    if (may_pass && !follows_record && (adds || by_message)) note_pass(facts.record.at(term.span), place.parent);
    if (place.depth == 0) add_own(node, term, match);
    decided.add(match);
  }

  static bool asks_dns(const Term& term) {
    if (term.kind == TermKind::modifier) return true;  // redirect
    return !term.is(Mechanism::all) && !term.is(Mechanism::ip4) && !term.is(Mechanism::ip6);
  }

  bool is_full() {
    const bool full = ++visits_ > kMaxVisits || out_.terms.size() >= kMaxTreeTerms;
    if (full) out_.exact = false;
    return full;
  }

  void note_pass(std::string_view term, std::optional<std::size_t> parent) {
    const std::uint32_t lookups = out_.lookups();
    if (!out_.best || lookups < out_.best->lookups) out_.best = path_to(term, parent, lookups);
    if (!out_.dearest || lookups > out_.dearest->lookups) out_.dearest = path_to(term, parent, lookups);
  }

  [[nodiscard]] SenderPath path_to(std::string_view term, std::optional<std::size_t> parent,
                                   std::uint32_t lookups) const {
    SenderPath path{lookups, {std::string(term)}};
    for (; parent; parent = out_.terms[*parent].parent) path.terms.push_back(out_.terms[*parent].term);
    std::ranges::reverse(path.terms);
    return path;
  }

  std::size_t add(const RecordFacts& facts, std::size_t i, const Place& place, const PrefixSet& match, bool v4,
                  bool v6) {
    const Term& term = facts.record.terms[i];
    const TermFacts& known = facts.terms[i];
    TreeTerm node;
    node.depth = place.depth;
    node.parent = place.parent;
    node.top = place.parent ? out_.terms[*place.parent].top : out_.terms.size();
    node.domain = facts.name.to_string();
    node.term = facts.record.at(term.span);
    node.span = term.span;
    node.kind = term.kind;
    node.mechanism = term.mechanism;
    node.modifier = term.modifier;
    node.qualifier = term.qualifier;
    if (known.target) node.target = known.target->to_string();
    node.fate = fate_of(term, known);
    node.hosts = known.hosts;
    node.answer = answer_of(node, known, match);
    node.outside = known.outside || (known.leads_to && graph_.records[*known.leads_to].outside);
    const bool record_is_void =
        known.leads_to && node.fate != TermFate::loop && graph_.records[*known.leads_to].is_void;
    node.void4 = known.void4 || record_is_void;
    node.void6 = known.void6 || record_is_void;
    node.ipv4 = match.count_v4();
    node.ipv6_networks = match.count_v6_networks();
    if (place.depth == 0) node.addresses = listed(match);
    count(node, v4, v6);
    out_.terms.push_back(std::move(node));
    return out_.terms.size() - 1;
  }

  // §4.6.4. A question for A and one for AAAA may differ in whether they are void.
  void count(TreeTerm& node, bool v4, bool v6) {
    if (v4) {
      ++out_.v4.lookups;
      if (node.void4) ++out_.v4.void_lookups;
    }
    if (v6) {
      ++out_.v6.lookups;
      if (node.void6) ++out_.v6.void_lookups;
    }
    node.number = out_.lookups();
    const bool hides_lookups = node.fate == TermFate::depends && node.needs_record();
    if (hides_lookups || node.fate == TermFate::unknown || node.fate == TermFate::cut) out_.exact = false;
  }

  TermFate fate_of(const Term& term, const TermFacts& known) const {
    if (known.depends) return TermFate::depends;
    if (!known.target) return TermFate::no_name;
    const bool record_wanted = term.is(Mechanism::include) || term.is(Modifier::redirect);
    if (record_wanted) return known.leads_to ? fate_of_record(*known.leads_to) : TermFate::cut;
    if (known.hosts > kMaxMxHosts) return TermFate::too_many_hosts;
    if (!known.unanswered.empty()) return TermFate::unknown;
    return known.match.empty() ? TermFate::nothing : TermFate::found;
  }

  TermFate fate_of_record(std::size_t index) const {
    if (std::ranges::find(path_, index) != path_.end()) return TermFate::loop;
    if (path_.size() > kMaxDepth) return TermFate::cut;
    switch (graph_.records[index].state) {
      case RecordState::usable: return TermFate::found;
      case RecordState::none: return TermFate::no_record;
      case RecordState::missing: return TermFate::no_domain;
      case RecordState::several: return TermFate::several;
      case RecordState::faulty: return TermFate::faulty;
      case RecordState::unknown: return TermFate::unknown;
      case RecordState::unread: break;
    }
    return TermFate::cut;
  }

  [[nodiscard]] std::string answer_of(const TreeTerm& node, const TermFacts& known, const PrefixSet& match) const {
    if (!known.unanswered.empty()) return known.unanswered;
    if (!known.leads_to) return known.answer;
    if (node.fate == TermFate::found) return addresses_in_words(match);
    return graph_.records[*known.leads_to].detail;
  }

  static std::vector<net::Prefix> listed(const PrefixSet& match) {
    if (match.ranges().size() > kMaxListed) return {};
    std::vector<net::Prefix> out = match.prefixes();
    return out.size() > kMaxListed ? std::vector<net::Prefix>{} : out;
  }

  void descend(const TermFacts& known, std::size_t node, bool may_pass, const PrefixSet& decided) {
    if (out_.terms[node].fate != TermFate::found) return;
    Place below;
    below.depth = out_.terms[node].depth + 1;
    below.parent = node;
    below.passes = may_pass;
    walk(*known.leads_to, below, decided);
  }

  void add_own(std::optional<std::size_t> node, const Term& term, const PrefixSet& match) {
    OwnTerm own;
    own.node = node;
    // What passes after a redirect passes; the rest of it is the same whatever is left out before it.
    own.qualifier = term.kind == TermKind::modifier ? Qualifier::pass : term.qualifier;
    own.match = &matches_.emplace_back(match);
    own.certain = !node || is_certain(*node);
    own_.push_back(own);
  }

  [[nodiscard]] bool is_certain(std::size_t node) const {
    return std::ranges::all_of(std::span(out_.terms).subspan(node),
                               [](const TreeTerm& t) { return is_settled(t.fate); });
  }

  // From the back, so that of two terms that say the same the first stays.
  void find_redundant() {
    const auto asking = std::ranges::count_if(own_, [](const OwnTerm& own) { return own.node.has_value(); });
    if (own_.size() > kMaxComparedTerms || asking > static_cast<std::ptrdiff_t>(kMaxComparedLookups)) return;
    for (std::size_t i = own_.size(); i-- > 0;) {
      OwnTerm& own = own_[i];
      if (!own.node || !own.certain) continue;
      TreeTerm& node = out_.terms[*own.node];
      // What finds nothing at all is another matter: mail hosts without an address are there.
      const bool finds_nothing = node.fate == TermFate::nothing && (node.void4 || node.void6);
      if (finds_nothing || node.is(Modifier::redirect)) continue;
      own.dropped = node.redundant = is_redundant(i);
    }
  }

  // Whether those whom the term decides get the same result from the terms behind it. A term of which it is not known
  // whom it matches may give them another.
  [[nodiscard]] bool is_redundant(std::size_t i) const {
    PrefixSet left = *own_[i].match;
    for (std::size_t k = 0; k < i; ++k) left.remove(*own_[k].match);
    for (std::size_t k = i + 1; k < own_.size() && !left.empty(); ++k) {
      const OwnTerm& next = own_[k];
      if (next.dropped) continue;
      if (!next.certain) return false;
      PrefixSet rest = left;
      rest.remove(*next.match);
      if (rest != left && next.qualifier != own_[i].qualifier) return false;
      left = std::move(rest);
    }
    return left.empty();
  }

  // §6.2: exactly one TXT record, of ASCII, that is a macro-string.
  void judge_explanation() {
    if (!graph_.explanation || graph_.explanation->depends || graph_.explanation->answer.unknown()) return;
    const dns::Answer& answer = graph_.explanation->answer;
    Explanation out;
    out.term = graph_.explanation->term;
    out.target = graph_.explanation->target.to_string();
    if (answer.records.empty()) {
      out_.explanation = std::move(out);
      return;
    }
    const auto* text = std::get_if<dns::Text>(&answer.records.front().data);
    const std::string_view value = text != nullptr ? text->joined() : std::string_view();
    if (answer.records.size() > 1) {
      out.fault = ExplanationFault::several;
      out.count = answer.records.size();
    } else if (!std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) {
      out.fault = ExplanationFault::not_ascii;
    } else if (!parse_explanation(value).faults.empty()) {
      out.fault = ExplanationFault::bad_macro;
    } else if (value.size() > kMaxExplanation) {
      out.fault = ExplanationFault::too_long;
      out.count = value.size();
    } else {
      return;
    }
    out_.explanation = std::move(out);
  }

  const RecordGraph& graph_;
  Tree& out_;
  std::vector<std::optional<PrefixSet>> passing_;
  std::vector<std::size_t> path_;  // records being evaluated
  std::deque<PrefixSet> matches_;
  std::vector<OwnTerm> own_;
  std::size_t visits_ = 0;
};

}  // namespace

std::string_view to_string(TermFate fate) noexcept {
  constexpr std::array<std::string_view, 12> kWords{"found",        "nothing",   "depends_on_message",
                                                    "no_record",    "no_domain", "several_records",
                                                    "syntax_error", "loop",      "too_many_hosts",
                                                    "no_name",      "unknown",   "not_followed"};
  return kWords[static_cast<std::size_t>(fate)];
}

std::string_view to_string(MendStep::Kind kind) noexcept {
  constexpr std::array<std::string_view, 6> kWords{"drop_redundant", "drop_void",      "drop_broken",
                                                   "drop_ptr",       "list_addresses", "list_included"};
  return kWords[static_cast<std::size_t>(kind)];
}

task::Task<Tree> explore(dns::Resolver& resolver, dns::Name domain, std::string record) {
  Tree tree;
  tree.domain = domain;
  tree.record = record;
  const RecordGraph graph = co_await read_graph(resolver, std::move(domain), std::move(record));
  Builder(graph, tree).build();
  if (tree.lookups() > kMaxLookups) tree.mend = find_mend(tree, kMaxLookups);
  co_return tree;
}

}  // namespace envelint::spf
