#include <envelint/render/spf_tree.hpp>

#include <envelint/render/prose.hpp>
#include <envelint/render/words.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace envelint::render {
namespace {

using spf::TermFate;
using spf::TreeTerm;

constexpr std::size_t kMostRows = 100;
constexpr std::size_t kDeepestIndent = 6;  // steps; what is deeper stands under it
constexpr std::size_t kMostSteps = 6;      // of a path; the last is always shown
constexpr std::size_t kMostCosts = 12;     // terms of one record
constexpr std::size_t kNumber = 4;
constexpr std::size_t kCost = 6;
constexpr std::size_t kGap = 2;

std::string outcome(const TreeTerm& term) {
  switch (term.fate) {
    case TermFate::found:
    case TermFate::nothing: return term.answer;
    case TermFate::depends: return "depends on the message";
    case TermFate::no_record: return "no SPF record there";
    case TermFate::no_domain: return "does not exist";
    case TermFate::several: return "several SPF records";
    case TermFate::faulty: return fmt::format("syntax error at {}", term.answer);
    case TermFate::loop: return "a loop";
    case TermFate::too_many_hosts: return fmt::format("{} mail hosts", term.hosts);
    case TermFate::no_name: return "no domain name";
    case TermFate::unknown:
      if (term.outside) return "not in the file";
      return fmt::format("no answer: {}", term.answer);
    case TermFate::cut: break;
  }
  return "not followed";
}

/// The word that must not be cut off, set behind the outcome.
std::string_view verdict(const TreeTerm& term) {
  if (term.breaks()) return "permerror";
  if (term.void4 && term.void6) return "void";
  if (term.adds_nothing || term.redundant) return "adds nothing";
  return "";
}

class TreeRows {
 public:
  TreeRows(std::string& out, const Painter& paint, const spf::Tree& tree, std::size_t width)
      : out_(out), paint_(paint), tree_(tree), width_(width), name_(widest()) {}

  void add() {
    add_title();
    const std::size_t shown = std::min(tree_.terms.size(), kMostRows);
    for (std::size_t i = 0; i < shown; ++i) add_row(tree_.terms[i]);
    if (shown < tree_.terms.size()) line(fmt::format("… and {} more", tree_.terms.size() - shown));
    add_sums();
    out_ += '\n';
  }

 private:
  [[nodiscard]] static std::size_t indent(const TreeTerm& term) {
    return 2 * std::min<std::size_t>(term.depth, kDeepestIndent);
  }

  /// The column of terms is as wide as they are, and leaves room to what came back.
  [[nodiscard]] std::size_t widest() const {
    std::size_t widest = 4;
    for (const TreeTerm& term : tree_.terms)
      widest = std::max(widest, indent(term) + columns(text::visible(term.term)));
    return std::min(widest, width_ * (width_ < 60 ? 7 : 9) / 20);
  }

  void add_title() {
    const std::uint32_t count = tree_.lookups();
    const bool over = count > spf::kMaxLookups || tree_.v4.void_lookups > spf::kMaxVoidLookups;
    std::string title =
        fmt::format("SPF lookups: {}{} of {} allowed", tree_.exact ? "" : "at least ", count, spf::kMaxLookups);
    if (tree_.v4.void_lookups > 0) title += fmt::format(", {} of {} void", tree_.v4.void_lookups, spf::kMaxVoidLookups);
    append_prose(out_, paint_, over ? Style::error : Style::strong, title, {width_, 0, 4});
    paint_.append(out_, Style::faint,
                  fmt::format("{:>{}}  {:<{}}{:>{}}  answer", "#", kNumber, "term", name_, "cost", kCost));
    out_ += '\n';
  }

  void add_row(const TreeTerm& term) {
    const std::size_t room_for_name = std::max<std::size_t>(name_, indent(term) + 3) - indent(term);
    const std::string name = shorten_if_needed(text::visible(term.term), room_for_name);
    const std::string blanks(room_for_name - columns(name), ' ');
    const bool over = term.number > spf::kMaxLookups;
    paint_.append(out_, over ? Style::error : Style::faint, fmt::format("{:>{}}", term.number, kNumber));
    out_ += "  " + std::string(indent(term), ' ');
    paint_.append(out_, Style::code, name);
    out_ += blanks;
    std::string rest = fmt::format("{:>{}}", term.cost, kCost);
    const std::string_view last = verdict(term);
    const std::size_t used = kNumber + kGap + name_ + kCost + kGap;
    const std::size_t kept = last.empty() ? 0 : last.size() + kGap;
    const std::size_t room = width_ > used + kept ? width_ - used - kept : 0;
    // On a narrow terminal there is room for nothing but the verdict.
    const std::string words = room < 4 ? "" : cut(text::visible(outcome(term)), room);
    if (!words.empty()) rest += "  " + words;
    paint_.append(out_, Style::plain, rest);
    if (!last.empty()) {
      out_ += words.empty() ? "  " : ", ";
      paint_.append(out_, term.breaks() ? Style::error : Style::warning, last);
    }
    out_ += '\n';
  }

  void add_sums() {
    const std::uint64_t v4 = tree_.authorised.count_v4();
    const std::uint64_t v6 = tree_.authorised.count_v6_networks();
    line(fmt::format("authorised: {} IPv4 address{}, {} IPv6 /64 network{}", v4, v4 == 1 ? "" : "es", v6,
                     v6 == 1 ? "" : "s"));
    if (tree_.best) line("cheapest sender: " + in_words(*tree_.best));
    if (tree_.dearest && tree_.dearest->lookups != tree_.best->lookups) {
      line("dearest sender: " + in_words(*tree_.dearest));
    }
    line("one that nothing matches: " + costs_of_terms());
    if (!tree_.exact) line("the counts are the least there can be: not everything could be followed");
  }

  /// `2 lookups, by `include:_spf.example.net` → `ip4:192.0.2.1``
  static std::string in_words(const spf::SenderPath& path) {
    std::string out = count_of(path.lookups, "lookup") + ", by ";
    const std::size_t shown = std::min(path.terms.size() - 1, kMostSteps);
    for (std::size_t i = 0; i < shown; ++i) out += fmt::format("`{}` → ", path.terms[i]);
    if (shown + 1 < path.terms.size()) out += "… → ";
    return out + fmt::format("`{}`", path.terms.back());
  }

  /// `12 lookups (`include:_spf.example.net` 11, `mx` 1)`: what costs how much in the domain's own record, where that is
  /// more than to count its terms.
  [[nodiscard]] std::string costs_of_terms() const {
    const std::string total = count_of(tree_.lookups(), "lookup");
    std::string costs;
    std::size_t shown = 0;
    for (const TreeTerm& term : tree_.terms) {
      if (term.depth > 0) continue;
      if (shown++ < kMostCosts) costs += fmt::format("{}`{}` {}", costs.empty() ? "" : ", ", term.term, term.cost);
    }
    if (shown == tree_.terms.size() || shown == 1) return total;
    return fmt::format("{} ({}{})", total, costs, shown > kMostCosts ? ", …" : "");
  }

  void line(std::string_view words) {
    out_ += std::string(kNumber + kGap, ' ');
    append_prose(out_, paint_, Style::plain, words, {width_, kNumber + kGap, kNumber + kGap});
  }

  /// The start of a text: of a list, the first count most.
  static std::string cut(const std::string& text, std::size_t width) {
    if (columns(text) <= width) return text;
    std::size_t end = 0;
    // A character may take two columns.
    for (const std::string_view all = text; columns(all.substr(0, end)) + 2 < width;) {
      end += text::next_code_point(all.substr(end)).size;
    }
    while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == ',')) --end;
    return text.substr(0, end) + "…";
  }

  static std::string shorten_if_needed(const std::string& text, std::size_t width) {
    return columns(text) <= width ? text : shorten(text, std::max<std::size_t>(width, 3));
  }

  std::string& out_;
  const Painter& paint_;
  const spf::Tree& tree_;
  std::size_t width_;
  std::size_t name_;
};

}  // namespace

void append_spf_tree(std::string& out, const Painter& paint, const spf::Tree& tree, std::size_t width) {
  if (!tree.terms.empty()) TreeRows(out, paint, tree, width).add();
}

}  // namespace envelint::render
