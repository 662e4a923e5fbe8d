#include <envelint/spf/tree_mend.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace envelint::spf {
namespace {

using finding::Edit;
using text::span_of;

/// A record that is further above the limit needs thought, not edits.
constexpr std::uint32_t kMostSaved = 200;
/// Longer lists of an include's addresses are out of date before they are published.
constexpr std::size_t kMaxIncludeListed = 8;

/// A change that could be made, and how little one wants to make it.
struct Candidate {
  MendStep step;
  std::uint32_t saves = 0;
  std::uint32_t weight = 0;
};

std::string as_networks(const TreeTerm& term) {
  std::string out;
  const std::string qualifier = term.qualifier == Qualifier::pass ? "" : std::string(1, to_char(term.qualifier));
  for (const net::Prefix& prefix : term.addresses) {
    out += fmt::format("{}{}{}:{}", out.empty() ? "" : " ", qualifier, prefix.address().is_v4() ? "ip4" : "ip6",
                       prefix.to_string());
  }
  return out;
}

bool has_loose_ends(const Tree& tree, std::size_t top) {
  return std::ranges::any_of(tree.terms, [&](const TreeTerm& term) {
    return term.top == top && term.fate != TermFate::found && term.fate != TermFate::nothing;
  });
}

std::optional<Candidate> candidate_of(const Tree& tree, std::size_t index) {
  const TreeTerm& term = tree.terms[index];
  using Kind = MendStep::Kind;
  const auto drop = [&](Kind kind, std::uint32_t weight) { return Candidate{{kind, index, {}}, term.cost, weight}; };
  if (term.depth > 0 || term.is(Modifier::redirect)) return std::nullopt;
  if (term.redundant) return drop(Kind::drop_redundant, 1);
  if (term.is(Mechanism::ptr)) return drop(Kind::drop_ptr, 2);
  if (term.is(Mechanism::include) && term.breaks()) return drop(Kind::drop_broken, 1);
  if (term.fate == TermFate::nothing) return drop(Kind::drop_void, 1);
  if (term.fate != TermFate::found || term.addresses.empty()) return std::nullopt;
  const auto count = static_cast<std::uint32_t>(term.addresses.size());
  if (term.is(Mechanism::a) || term.is(Mechanism::mx)) {
    return Candidate{{Kind::list_addresses, index, as_networks(term)}, term.cost, 4 + count};
  }
  const bool listable = term.is(Mechanism::include) && count <= kMaxIncludeListed && !has_loose_ends(tree, index);
  if (!listable) return std::nullopt;
  return Candidate{{Kind::list_included, index, as_networks(term)}, term.cost, 100 + 4 * count};
}

/// The candidates of least weight that together save `need`: the knapsack, turned round.
std::vector<Candidate> lightest(const std::vector<Candidate>& candidates, std::uint32_t need) {
  constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> weights(need + 1, kNever);  // to save that much or more
  weights[0] = 0;
  std::vector<std::vector<bool>> taken(candidates.size(), std::vector<bool>(need + 1));
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (std::uint32_t saved = need; saved > 0; --saved) {
      const std::uint32_t rest = saved - std::min(saved, candidates[i].saves);
      if (weights[rest] == kNever || weights[rest] + candidates[i].weight >= weights[saved]) continue;
      weights[saved] = weights[rest] + candidates[i].weight;
      taken[i][saved] = true;
    }
  }
  std::vector<Candidate> out;
  if (weights[need] == kNever) return out;
  std::uint32_t saved = need;
  for (std::size_t i = candidates.size(); i-- > 0 && saved > 0;) {
    if (!taken[i][saved]) continue;
    out.push_back(candidates[i]);
    saved -= std::min(saved, candidates[i].saves);
  }
  std::ranges::reverse(out);
  return out;
}

// A term that goes takes the white space before it along.
Edit edit_of(const Tree& tree, const MendStep& step) {
  const Span span = tree.terms[step.term].span;
  if (!step.text.empty()) return {span, step.text};
  std::size_t start = span.start;
  while (start > 0 && tree.record[start - 1] == ' ') --start;
  return {span_of(start, span.end), ""};
}

}  // namespace

std::vector<Edit> edits_of(const Tree& tree, const Mend& mend) {
  std::vector<Edit> out;
  for (const MendStep& step : mend.steps) out.push_back(edit_of(tree, step));
  return out;
}

std::optional<Mend> find_mend(const Tree& tree, std::uint32_t limit) {
  const std::uint32_t lookups = tree.lookups();
  if (lookups <= limit || lookups - limit > kMostSaved) return std::nullopt;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < tree.terms.size(); ++i) {
    if (auto candidate = candidate_of(tree, i)) candidates.push_back(*std::move(candidate));
  }
  const std::vector<Candidate> chosen = lightest(candidates, lookups - limit);
  if (chosen.empty()) return std::nullopt;
  Mend mend;
  mend.lookups = lookups;
  mend.same_result = true;
  for (const Candidate& candidate : chosen) {
    mend.lookups -= candidate.saves;
    const bool harmless =
        candidate.step.kind == MendStep::Kind::drop_redundant || candidate.step.kind == MendStep::Kind::drop_void;
    mend.same_result = mend.same_result && harmless;
    mend.steps.push_back(candidate.step);
  }
  mend.record = finding::apply(tree.record, edits_of(tree, mend));
  return mend;
}

}  // namespace envelint::spf
