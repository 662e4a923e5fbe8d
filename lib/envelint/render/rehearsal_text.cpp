#include <envelint/render/rehearsal_text.hpp>

#include <envelint/rehearsal/conclusion.hpp>
#include <envelint/render/block.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/words.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace envelint::render {
namespace {

using rehearsal::Delivery;
using rehearsal::OpenTerm;
using rehearsal::Outcome;
using rehearsal::Rehearsal;
using rehearsal::Result;
using rehearsal::Scene;
using rehearsal::Trouble;
using verdict::DmarcResult;
using verdict::DmarcStatus;

// Columns of the mark before a row.
constexpr std::size_t kMark = 3;
// Columns of the name of a fact.
constexpr std::size_t kLabel = 8;
// With fewer columns for what lists a sender, a row takes two lines.
constexpr std::size_t kLeastTerm = 14;
// A longer address stands on a line of its own: few are, and all others need not make room for them.
constexpr std::size_t kMostSender = 25;

std::string_view mark_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::as_it_should: return "ok";
    case Outcome::broken: return "no";
    case Outcome::undecided: return "?";
    case Outcome::told: return "-";
  }
  return "";
}

Style style_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::as_it_should: return Style::info;
    case Outcome::broken: return Style::error;
    case Outcome::undecided: return Style::warning;
    case Outcome::told: return Style::faint;
  }
  return Style::plain;
}

Style style_of(Result result) {
  switch (result) {
    case Result::works: return Style::info;
    case Result::fails: return Style::error;
    case Result::undecided: return Style::warning;
  }
  return Style::plain;
}

const DmarcResult* result_of_row(const Delivery& row) {
  const verdict::AuthorVerdict* author = row.verdict.of_author();
  return author == nullptr ? nullptr : &author->rfc9989;
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width - std::min(columns(text), width), ' ');
  return out;
}

std::string term_of(const Delivery& row) {
  switch (row.scene) {
    case Scene::forwarded: return "unchanged";
    case Scene::list: return "changed, by a list";
    case Scene::forgery: return "a stranger";
    case Scene::sender: break;
  }
  if (row.sender.term.empty()) {
    const bool passes = row.verdict.spf && row.verdict.spf->verdict == spf::Verdict::pass;
    return passes ? row.verdict.spf->mechanism : "not listed";
  }
  return row.sender.term;
}

/// The same with the record that has the term, where that is another's.
std::string whole_term_of(const Delivery& row, const Rehearsal& rehearsal) {
  std::string term = term_of(row);
  const bool of_another = !row.sender.term.empty() && row.sender.listed_in != rehearsal.senders.domain;
  return of_another ? fmt::format("{} of {}", term, row.sender.listed_in.to_string()) : term;
}

/// A row as it is shown. What is in it is safe to show.
struct Line {
  Scene scene = Scene::sender;
  Outcome outcome = Outcome::told;
  std::array<std::string, 6> cells;  ///< sender, listed by, SPF, DKIM, DMARC, receivers
  std::string short_term;            ///< in place of the second cell where that does not fit
};

constexpr std::array<std::string_view, 6> kHeads{"sender", "listed by", "SPF", "DKIM", "DMARC", "receivers"};

std::vector<Line> lines_of(const Rehearsal& rehearsal) {
  std::vector<Line> out;
  for (const Delivery& row : rehearsal.rows) {
    Line line;
    line.scene = row.scene;
    line.outcome = row.outcome;
    // Blanks are dear where a table has to fit on a screen.
    const auto cell = [](std::string_view word) { return std::string(word == "unknown" ? "?" : word); };
    const std::string_view star = generations_differ(row) ? "*" : "";
    line.cells = {row.sender.address.to_string(),
                  text::visible(whole_term_of(row, rehearsal)),
                  cell(spf_word(row)),
                  cell(dkim_word(row)),
                  cell(dmarc_word(row)),
                  cell(what_receivers_do(row)) + std::string(star)};
    line.short_term = text::visible(term_of(row));
    out.push_back(std::move(line));
  }
  if (rehearsal.clients_given) return out;
  const auto behind_senders = std::ranges::find_if(out, [](const Line& one) { return one.scene != Scene::sender; });
  std::vector<Line> open;
  for (const OpenTerm& term : rehearsal.senders.open) {
    if (term.why == OpenTerm::Why::depends) continue;
    Line line;
    line.outcome = Outcome::undecided;
    line.cells = {"not known", text::visible(term.term.empty() ? term.question : term.term), "?", "?", "?", "?"};
    line.short_term = line.cells[1];
    open.push_back(std::move(line));
  }
  out.insert(behind_senders, open.begin(), open.end());
  return out;
}

class Matrix {
 public:
  Matrix(std::string& out, const Painter& paint, const Rehearsal& rehearsal, std::size_t width)
      : out_(out), paint_(paint), rehearsal_(rehearsal), width_(width), lines_(lines_of(rehearsal)) {
    for (std::size_t i = 0; i < kHeads.size(); ++i) {
      widths_[i] = kHeads[i].size();
      for (const Line& line : lines_) {
        const std::size_t cell = columns(line.cells[i]);
        if (i > 0 || cell <= kMostSender) widths_[i] = std::max(widths_[i], cell);
      }
    }
    std::size_t taken = kMark + 2 * (kHeads.size() - 1);
    for (std::size_t i = 0; i < kHeads.size(); ++i) taken += i == 1 ? 0 : widths_[i];
    is_table_ = taken + std::min(widths_[1], kLeastTerm) <= width_;
    if (is_table_) widths_[1] = std::min(widths_[1], width_ - taken);
  }

  void add() {
    if (is_table_) add_heads();
    std::optional<bool> own;
    std::optional<bool> forged;
    for (const Line& line : lines_) {
      const bool is_own = line.scene == Scene::sender;
      const bool is_forged = line.scene == Scene::forgery;
      if (own != is_own || forged != is_forged) add_heading(line.scene);
      own = is_own;
      forged = is_forged;
      is_table_ ? add_row(line) : add_pair(line);
    }
  }

 private:
  void add_heads() {
    std::string text(kMark, ' ');
    for (std::size_t i = 0; i < kHeads.size(); ++i) {
      text += i + 1 == kHeads.size() ? std::string(kHeads[i]) : padded(kHeads[i], widths_[i] + 2);
    }
    paint_.append(out_, Style::strong, text);
    out_ += '\n';
  }

  void add_heading(Scene scene) {
    std::string text;
    switch (scene) {
      case Scene::sender: text = fmt::format("mail of {}, signed", rehearsal_.domain.to_string()); break;
      case Scene::forwarded:
      case Scene::list: text = "the same mail, from any of them, passed on by another host"; break;
      case Scene::forgery: text = "mail that somebody else forges, not signed"; break;
    }
    append_prose(out_, paint_, Style::faint, text, {width_});
  }

  void add_mark(const Line& line) {
    const std::string_view mark = mark_of(line.outcome);
    paint_.append(out_, style_of(line.outcome), mark);
    out_.append(kMark - mark.size(), ' ');
  }

  void add_row(const Line& line) {
    add_mark(line);
    out_ += line.cells[0];
    std::size_t used = columns(line.cells[0]);
    if (used > widths_[0]) {
      out_ += '\n' + std::string(kMark, ' ');
      used = 0;
    }
    for (std::size_t i = 1; i < kHeads.size(); ++i) {
      out_.append(widths_[i - 1] + 2 - used, ' ');
      const std::string cell = i == 1 ? fitting_term(line, widths_[1]) : line.cells[i];
      paint_.append(out_, style_of_cell(i, cell, line.outcome), cell);
      used = columns(cell);
    }
    out_ += '\n';
  }

  static std::string fitting_term(const Line& line, std::size_t width) {
    return columns(line.cells[1]) <= width ? line.cells[1] : shorten(line.short_term, width);
  }

  void add_pair(const Line& line) {
    add_mark(line);
    const std::string sender = shorten(line.cells[0], width_ - kMark);
    out_ += sender;
    const std::size_t used = kMark + columns(sender) + 2;
    if (used + kLeastTerm <= width_) {
      out_ += "  " + fitting_term(line, width_ - used) + "\n";
    } else {
      out_ += '\n' + std::string(kMark, ' ') + fitting_term(line, width_ - kMark) + "\n";
    }
    out_.append(kMark, ' ');
    const std::string text =
        fmt::format("SPF {}, DKIM {}, DMARC {}: {}", line.cells[2], line.cells[3], line.cells[4], line.cells[5]);
    append_prose(out_, paint_, Style::plain, text, {width_, kMark, kMark});
  }

  /// That a forgery fails is nothing to be alarmed about.
  static Style style_of_cell(std::size_t column, std::string_view word, Outcome outcome) {
    const bool is_result = column >= 2 && column <= 4;
    if (!is_result) return Style::plain;
    if (word == "pass") return Style::info;
    const bool alarming = outcome == Outcome::broken || outcome == Outcome::undecided;
    return alarming ? style_of(outcome) : Style::plain;
  }

  std::string& out_;
  const Painter& paint_;
  const Rehearsal& rehearsal_;
  std::size_t width_;
  std::vector<Line> lines_;
  std::array<std::size_t, kHeads.size()> widths_{};
  bool is_table_ = true;
};

class RehearsalText {
 public:
  RehearsalText(const Rehearsal& rehearsal, const RehearsalWords& words, const TerminalOptions& options)
      : rehearsal_(rehearsal),
        words_(words),
        options_(options),
        paint_(options.colour),
        width_(std::max(options.width, TerminalOptions::kMinWidth)) {}

  std::string write() {
    append_prose(out_, paint_, style_of(result_of(rehearsal_)), conclude(rehearsal_), {width_});
    out_ += '\n';
    add_facts();
    out_ += '\n';
    add_errors();
    Matrix(out_, paint_, rehearsal_, width_).add();
    add_footnote();
    add_troubles();
    add_changes();
    add_remarks();
    return std::move(out_);
  }

 private:
  void add_facts() {
    add_fact("from", rehearsal_.from);
    if (rehearsal_.mail_from != rehearsal_.from) {
      add_fact("return", rehearsal_.mail_from.empty() ? "none, as of a bounce" : rehearsal_.mail_from);
    }
    for (std::size_t i = 0; i < rehearsal_.keys.size(); ++i) add_key(i);
    add_fact("policy", policy_in_words(rehearsal_));
    add_fact("zone", lint_in_words());
    for (const audit::DomainReport& domain : rehearsal_.lint.domains) {
      if (!domain.expectations) continue;
      add_fact("expect", fmt::format("{} of {} met for {}", domain.expectations->met(),
                                     count_of(domain.expectations->count, "expectation"), domain.domain));
    }
  }

  void add_key(std::size_t index) {
    const rehearsal::KeyResult& key = rehearsal_.keys[index];
    const std::string owner = key.facts.asked.owner.to_string();
    const std::string file = index < words_.key_files.size() ? words_.key_files[index] : "the key at hand";
    const dkim::KeyMatch match = key.verdict.match;
    if (match == dkim::KeyMatch::matches) return add_fact("key", fmt::format("{} is that of {}", file, owner));
    const bool is_known = match != dkim::KeyMatch::unknown;
    add_fact("key", fmt::format("{} at {}: {}", file, owner, is_known ? key.verdict.summary : "not known"));
  }

  std::string lint_in_words() const {
    const std::string counts = count_findings(audit::summarize(rehearsal_.lint));
    if (counts.empty()) return "no findings";
    return words_.lint_command.empty() ? counts : fmt::format("{}; all: `{}`", counts, words_.lint_command);
  }

  void add_fact(std::string_view label, std::string_view text) {
    paint_.append(out_, Style::faint, padded(label, kLabel));
    append_prose(out_, paint_, Style::plain, text, {width_, kLabel, kLabel, LongWord::keep});
  }

  void add_errors() {
    for (const audit::DomainReport& domain : rehearsal_.lint.domains) {
      Blocks blocks(rehearsal_.lint, domain, options_, out_);
      for (const finding::Finding& one : domain.findings) {
        if (rehearsal::counts_as_error(one)) blocks.add(one);
      }
    }
  }

  void add_footnote() {
    const auto row = std::ranges::find_if(rehearsal_.rows, generations_differ);
    if (row == rehearsal_.rows.end()) return;
    append_prose(out_, paint_, Style::plain,
                 fmt::format("* receivers that follow RFC 7489: {}", what_others_do(row->verdict.of_author()->rfc7489)),
                 {width_, 0, 2});
  }

  static std::string what_others_do(const DmarcResult& result) {
    switch (result.status) {
      case DmarcStatus::pass: return "deliver";
      case DmarcStatus::none: return "find no DMARC policy";
      case DmarcStatus::temperror: return "not known";
      case DmarcStatus::permerror: return "find no policy that they can use";
      case DmarcStatus::fail: break;
    }
    const auto action = [](dmarc::Policy policy) {
      return policy == dmarc::Policy::none ? std::string_view("deliver") : to_string(policy);
    };
    if (result.pct == 100) return std::string(action(result.disposition));
    return fmt::format("{} {} % of such mail, and {} the rest", action(result.disposition), result.pct,
                       action(result.otherwise));
  }

  void add_troubles() {
    for (const Trouble& one : troubles(rehearsal_)) {
      if (one.why.empty() && one.help.empty()) continue;
      out_ += '\n';
      const std::string_view word = one.broken ? "wrong" : "unknown";
      paint_.append(out_, one.broken ? Style::error : Style::warning, word);
      out_ += ": ";
      const std::string text = one.why.empty() ? one.what : fmt::format("{}: {}", one.what, one.why);
      append_prose(out_, paint_, Style::strong, text, {width_, word.size() + 2, 4});
      if (!one.help.empty()) add_remark("help", one.help);
    }
  }

  void add_remark(std::string_view label, std::string_view text) {
    out_ += "  = ";
    paint_.append(out_, Style::strong, label);
    out_ += ": ";
    append_prose(out_, paint_, Style::plain, text, {width_, 6 + label.size(), 10, LongWord::keep});
  }

  void add_changes() {
    const audit::Report report = changes(rehearsal_);
    if (report.domains.empty()) return;
    out_ += '\n';
    for (const audit::DomainReport& domain : report.domains) {
      Blocks blocks(report, domain, options_, out_);
      for (const finding::Finding& one : domain.findings) blocks.add(one);
    }
    while (out_.ends_with("\n\n")) out_.pop_back();
  }

  void add_remarks() {
    const auto all = remarks(rehearsal_);
    if (!all.empty()) out_ += '\n';
    for (const std::string& one : all) {
      constexpr std::string_view kWord = "note: ";
      out_ += kWord;
      append_prose(out_, paint_, Style::plain, one, {width_, kWord.size(), kWord.size()});
    }
  }

  const Rehearsal& rehearsal_;
  const RehearsalWords& words_;
  const TerminalOptions& options_;
  Painter paint_;
  std::size_t width_;
  std::string out_;
};

std::string_view word_for(std::string_view word) { return word == "temperror" ? "unknown" : word; }

}  // namespace

std::string_view spf_word(const Delivery& row) {
  if (!row.verdict.spf) return "none";
  const DmarcResult* result = result_of_row(row);
  const bool passes = row.verdict.spf->verdict == spf::Verdict::pass;
  if (passes && result != nullptr && !result->spf_aligned) return "unaligned";
  return word_for(to_string(row.verdict.spf->verdict));
}

std::string_view dkim_word(const Delivery& row) {
  const DmarcResult* result = result_of_row(row);
  if (result != nullptr && result->dkim_aligned) return "pass";
  const auto& signatures = row.verdict.dkim;
  if (signatures.empty()) return "none";
  const auto any = [&](dkim::Result wanted) {
    return std::ranges::find(signatures, wanted, &dkim::SignatureResult::result) != signatures.end();
  };
  if (any(dkim::Result::pass)) return "unaligned";
  return any(dkim::Result::temperror) ? "unknown" : to_string(signatures.front().result);
}

std::string_view dmarc_word(const Delivery& row) { return word_for(to_string(row.verdict.dmarc.status)); }

std::string_view what_receivers_do(const Delivery& row) {
  const DmarcResult* result = result_of_row(row);
  if (result == nullptr) return "may refuse";
  switch (result->status) {
    case DmarcStatus::fail:
      return result->disposition == dmarc::Policy::none ? "deliver" : to_string(result->disposition);
    case DmarcStatus::temperror: return "unknown";
    case DmarcStatus::permerror:
    case DmarcStatus::pass:
    case DmarcStatus::none: break;
  }
  const bool spf_fails = row.verdict.spf && (row.verdict.spf->verdict == spf::Verdict::fail ||
                                             row.verdict.spf->verdict == spf::Verdict::permerror);
  return spf_fails ? "may refuse" : "deliver";
}

bool generations_differ(const Delivery& row) {
  const verdict::AuthorVerdict* author = row.verdict.of_author();
  if (author == nullptr) return false;
  const DmarcResult& now = author->rfc9989;
  const DmarcResult& old = author->rfc7489;
  return now.status != old.status || now.disposition != old.disposition || now.pct != old.pct ||
         (now.pct < 100 && now.otherwise != old.otherwise);
}

std::string rehearsal_text(const Rehearsal& rehearsal, const RehearsalWords& words, const TerminalOptions& options) {
  return RehearsalText(rehearsal, words, options).write();
}

}  // namespace envelint::render
