#include <envelint/render/verdict_text.hpp>

#include <envelint/render/paint.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/verdict/conclusion.hpp>
#include <envelint/verdict/story.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace envelint::render {
namespace {

using verdict::DmarcStatus;
using verdict::Stage;
using verdict::Step;
using verdict::StepOutcome;

constexpr std::size_t kLabel = 13;  // columns of the name of a step

std::size_t width_of(const TerminalOptions& options) { return std::max(options.width, TerminalOptions::kMinWidth); }

Style style_of(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::good: return Style::info;
    case StepOutcome::bad: return Style::error;
    case StepOutcome::neutral: return Style::strong;
    case StepOutcome::unknown: return Style::warning;
  }
  return Style::plain;
}

Style style_of(DmarcStatus status) {
  switch (status) {
    case DmarcStatus::pass: return Style::info;
    case DmarcStatus::none: return Style::strong;
    case DmarcStatus::temperror: return Style::warning;
    case DmarcStatus::fail:
    case DmarcStatus::permerror: return Style::error;
  }
  return Style::plain;
}

class StoryText {
 public:
  StoryText(const TerminalOptions& options, bool questions)
      : paint_(options.colour), width_(width_of(options)), questions_(questions) {}

  void add(const Step& step) {
    const std::string_view label = to_string(step.stage);
    paint_.append(out_, style_of(step.outcome), label);
    out_.append(kLabel - label.size(), ' ');
    add_line(step.subject.empty() ? step.text : fmt::format("{}: {}", step.subject, step.text), Style::plain, 0);
    // The steps of a walk are what a policy is known by.
    if (questions_ || step.stage == Stage::policy) {
      for (const verdict::StepQuestion& one : step.asked) {
        add_line(fmt::format("asked `{}`: {}", one.question, one.answer), Style::faint);
      }
    }
    if (step.stage == Stage::dkim) return;  // what holds of each signature stands below, with its autopsy
    for (const std::string& detail : step.details) add_line(detail, Style::plain);
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void add_line(std::string_view text, Style style, std::size_t indent = kLabel) {
    out_.append(indent, ' ');
    append_prose(out_, paint_, style, text, {width_, kLabel, kLabel});
  }

  Painter paint_;
  std::size_t width_;
  bool questions_;
  std::string out_;
};

}  // namespace

std::string conclusion_text(const verdict::Verdict& verdict, const TerminalOptions& options) {
  const Painter paint(options.colour);
  std::string out;
  append_prose(out, paint, style_of(verdict.dmarc.status), conclude(verdict), {width_of(options)});
  const std::string then = consequence(verdict);
  if (!then.empty()) append_prose(out, paint, Style::plain, then, {width_of(options)});
  return out;
}

std::string story_text(const mail::Message& message, const verdict::Verdict& verdict, const TerminalOptions& options,
                       bool questions) {
  StoryText text(options, questions);
  for (const Step& step : tell(message, verdict)) text.add(step);
  return text.take();
}

}  // namespace envelint::render
