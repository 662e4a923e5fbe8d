#include <envelint/render/spf_trace.hpp>

#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace envelint::render {
namespace {

using spf::Outcome;
using spf::Verdict;

// The columns right of the term, two blanks between them: outcome, lookups, void lookups, paragraph.
constexpr std::size_t kOutcome = 10;
constexpr std::size_t kLookups = 7;
constexpr std::size_t kVoid = 5;
constexpr std::size_t kClause = 8;
constexpr std::size_t kCounts = kOutcome + 2 + kLookups + 2 + kVoid + 2 + kClause;
// Narrower than this, the columns go on a line of their own.
constexpr std::size_t kMinTable = 70;
// Records are long, and stand in full in the JSON output.
constexpr std::size_t kMaxAnswerLines = 3;
// The depth of ten includes; more are possible only with other limits than receivers have.
constexpr std::size_t kMaxIndent = 20;

std::string_view word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::match: return "match";
    case Outcome::no_match: return "no match";
    case Outcome::not_tested: return "not tested";
    case Outcome::error: return "error";
  }
  return "";
}

Style style_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::match: return Style::info;
    case Outcome::no_match: return Style::plain;
    case Outcome::not_tested: return Style::faint;
    case Outcome::error: return Style::error;
  }
  return Style::plain;
}

Style style_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass: return Style::info;
    case Verdict::none:
    case Verdict::neutral: return Style::strong;
    case Verdict::softfail:
    case Verdict::temperror: return Style::warning;
    case Verdict::fail:
    case Verdict::permerror: return Style::error;
  }
  return Style::plain;
}

/// What a verdict means, without its reason.
std::string meaning_of(Verdict verdict, std::string_view ip, std::string_view domain) {
  switch (verdict) {
    case Verdict::pass: return fmt::format("{} may send mail for {}", ip, domain);
    case Verdict::fail: return fmt::format("{} may not send mail for {}", ip, domain);
    case Verdict::softfail: return fmt::format("{} probably may not send mail for {}", ip, domain);
    case Verdict::neutral: return fmt::format("{} does not say whether {} may send its mail", domain, ip);
    case Verdict::none: return "SPF says nothing about this mail";
    case Verdict::temperror: return fmt::format("DNS did not say whether {} may send mail for {}", ip, domain);
    case Verdict::permerror: return fmt::format("what {} publishes cannot be evaluated", domain);
  }
  return {};
}

/// The start of `text` if it is too long, cut between characters.
std::string beginning(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return std::string(text.substr(0, most)) + "…";
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.append(width - std::min(columns(text), width), ' ');
  return out;
}

class TraceText {
 public:
  TraceText(const spf::CheckRequest& request, const spf::CheckResult& result, const TerminalOptions& options)
      : request_(request),
        result_(result),
        paint_(options.colour),
        width_(std::max(options.width, TerminalOptions::kMinWidth)) {}

  std::string write() {
    add_conclusion();
    out_ += '\n';
    add_facts();
    if (!result_.asked.empty()) {
      out_ += '\n';
      add_asked(result_.asked.front(), 0);
    }
    if (!result_.steps.empty()) add_steps();
    add_explanation_questions();
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool is_table() const { return width_ >= kMinTable; }

  void add_conclusion() {
    const std::string_view verdict = to_string(result_.verdict);
    paint_.append(out_, style_of(result_.verdict), verdict);
    paint_.append(out_, Style::strong, ": ");
    const std::string domain = result_.domain.empty() ? "its domain" : result_.domain;
    std::string sentence = meaning_of(result_.verdict, request_.ip.to_string(), domain);
    if (!result_.reason.empty()) sentence += ": " + result_.reason;
    append_prose(out_, paint_, Style::strong, sentence, {width_, verdict.size() + 2, verdict.size() + 2});
  }

  void add_facts() {
    if (result_.identity == spf::Identity::mail_from) {
      const bool whole = request_.mail_from.contains('@');
      add_fact("checked", fmt::format("MAIL FROM {}{}", whole ? "" : "postmaster@", request_.mail_from));
    } else {
      add_fact("checked", fmt::format("HELO {}, since MAIL FROM is empty", request_.helo));
    }
    if (!result_.mechanism.empty()) {
      const bool is_stopped = result_.verdict == Verdict::permerror || result_.verdict == Verdict::temperror;
      add_fact(is_stopped ? "stopped at" : "decided by",
               fmt::format("`{}` in the record of {}", result_.mechanism,
                           result_.path.empty() ? result_.domain : result_.path.back()));
    }
    if (result_.path.size() > 1) add_fact("by way of", fmt::format("{}", fmt::join(result_.path, ", ")));
    if (!result_.explanation.empty()) add_fact("it says", result_.explanation);
    add_fact("DNS", fmt::format("{} of {} lookups, {} of {} void", result_.lookups, request_.limits.lookups,
                                result_.void_lookups, request_.limits.void_lookups));
  }

  void add_fact(std::string_view key, std::string_view value) {
    paint_.append(out_, Style::faint, fmt::format("  {:<12}", key));
    append_prose(out_, paint_, Style::plain, value, {width_, 14, 14});
  }

  // What was asked for no term: the first for the record itself, the others for what `exp=` leads to.
  void add_explanation_questions() {
    if (result_.asked.size() < 2) return;
    out_ += '\n';
    paint_.append(out_, Style::faint, "explanation");
    out_ += '\n';
    for (std::size_t i = 1; i < result_.asked.size(); ++i) add_asked(result_.asked[i], 4);
  }

  void add_steps() {
    out_ += '\n';
    if (is_table()) {
      const std::string heading = padded("term", width_ - kCounts) + counts("outcome", "lookups", "void", "RFC 7208");
      paint_.append(out_, Style::faint, heading);
      out_ += '\n';
    }
    for (const spf::Step& step : result_.steps) add_step(step);
  }

  static std::string counts(std::string_view outcome, std::string_view lookups, std::string_view voids,
                            std::string_view clause) {
    return fmt::format("{:<{}}  {:>{}}  {:>{}}  {}", outcome, kOutcome, lookups, kLookups, voids, kVoid, clause);
  }

  void add_step(const spf::Step& step) {
    const std::size_t indent = std::min<std::size_t>(2UL * step.depth, kMaxIndent);
    out_.append(indent, ' ');
    if (is_table()) {
      add_row(step, indent);
    } else {
      add_narrow_row(step, indent);
    }
    for (const spf::Asked& asked : step.asked) add_asked(asked, indent + 4);
    if (!step.reason.empty()) add_line(step.reason, indent + 4);
  }

  void add_row(const spf::Step& step, std::size_t indent) {
    const std::size_t room = width_ - kCounts - indent;
    add_term(step, padded(shorten(text::visible(step.term), room - 2), room));
    paint_.append(out_, style_of(step.outcome), fmt::format("{:<{}}", word_of(step.outcome), kOutcome));
    if (step.outcome != Outcome::not_tested) {
      paint_.append(out_, Style::faint, counts("", lookups_of(step), voids_of(step), step.section).substr(kOutcome));
    }
    out_ += '\n';
  }

  void add_narrow_row(const spf::Step& step, std::size_t indent) {
    add_term(step, shorten(text::visible(step.term), width_ - indent));
    out_ += '\n';
    std::string line(word_of(step.outcome));
    if (step.outcome != Outcome::not_tested) {
      line += fmt::format(", lookups {}, void {}, {}", lookups_of(step), voids_of(step), step.section);
    }
    add_line(line, indent + 4, style_of(step.outcome));
  }

  void add_term(const spf::Step& step, std::string_view shown) {
    paint_.append(out_, step.outcome == Outcome::not_tested ? Style::faint : Style::code, shown);
  }

  [[nodiscard]] std::string lookups_of(const spf::Step& step) const {
    return fmt::format("{}/{}", step.lookups, request_.limits.lookups);
  }

  [[nodiscard]] std::string voids_of(const spf::Step& step) const {
    return fmt::format("{}/{}", step.void_lookups, request_.limits.void_lookups);
  }

  void add_asked(const spf::Asked& asked, std::size_t indent) {
    const std::string_view is_void = asked.is_void ? " (void)" : "";
    const std::string answer = beginning(asked.answer, kMaxAnswerLines * (width_ - indent));
    add_line(fmt::format("asked `{} {}`: {}{}", asked.query.name.to_string(), to_string(asked.query.type), answer,
                         is_void),
             indent);
  }

  void add_line(std::string_view line, std::size_t indent, Style style = Style::plain) {
    out_.append(indent, ' ');
    append_prose(out_, paint_, style, line, {width_, indent, indent + 2});
  }

  const spf::CheckRequest& request_;
  const spf::CheckResult& result_;
  Painter paint_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string spf_trace(const spf::CheckRequest& request, const spf::CheckResult& result,
                      const TerminalOptions& options) {
  return TraceText(request, result, options).write();
}

}  // namespace envelint::render
