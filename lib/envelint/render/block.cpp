#include <envelint/render/block.hpp>

#include <envelint/render/corrected.hpp>
#include <envelint/render/prose.hpp>
#include <envelint/render/words.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace envelint::render {
namespace {

constexpr std::size_t kFewLines = 4;      // of a file, shown without leaving any out
constexpr std::size_t kMostChanges = 16;  // of a corrected value, pointed at

Style style_of(finding::Severity severity) {
  switch (severity) {
    case finding::Severity::error: return Style::error;
    case finding::Severity::warning: return Style::warning;
    case finding::Severity::notice: return Style::notice;
    case finding::Severity::info: break;
  }
  return Style::info;
}

const audit::RecordReport* record_of(const audit::DomainReport& domain, const finding::Finding& finding) {
  return finding.record < 0 ? nullptr : &domain.records[static_cast<std::size_t>(finding.record)];
}

/// `span` within a line of a file, in bytes of that line.
text::Span within_line(text::Span span, std::size_t start, std::size_t size) {
  const auto clamp = [&](std::size_t offset) { return std::clamp(offset, start, start + size) - start; };
  return text::span_of(clamp(span.start), clamp(span.end));
}

bool contains_code(std::string_view text, std::string_view code) {
  return text.find(fmt::format("`{}`", code)) != std::string_view::npos;
}

}  // namespace

/// What stands behind the arrow, and which lines of a file are shown.
struct Blocks::Location {
  std::string subject;  // "example.com TXT", "SPF record", or a name
  std::string file;     // "x.zone:12:24"
  std::uint32_t first_line = 0;
  std::uint32_t last_line = 0;
};

Blocks::Blocks(const audit::Report& report, const audit::DomainReport& domain, const TerminalOptions& options,
               std::string& out)
    : report_(report),
      domain_(domain),
      options_(options),
      out_(out),
      secrets_(domain),
      paint_(options.colour),
      width_(std::max(options.width, TerminalOptions::kMinWidth)) {}

void Blocks::add(const finding::Finding& finding) {
  const Location location = locate(finding);
  const bool shows_file = finding.place.has_value();
  gutter_ = shows_file ? std::max<std::size_t>(2, fmt::formatted_size("{}", location.last_line)) : 2;
  add_message(finding);
  add_location(location);
  if (shows_file) {
    add_file_lines(finding, location);
  } else if (finding.record >= 0) {
    add_value(finding);
  }
  if (options_.notes) add_note(finding);
  if (options_.help) add_help(finding);
  out_ += '\n';
}

Blocks::Location Blocks::locate(const finding::Finding& finding) const {
  Location location;
  const audit::RecordReport* record = record_of(domain_, finding);
  if (record != nullptr) {
    location.subject = record->owner.empty()
                           ? fmt::format("{} record", kind_word(record->kind))
                           : fmt::format("{} {}", text::visible(record->owner), dns::to_string(record->type));
  } else if (!finding.place) {
    location.subject = text::visible(finding.owner.empty() ? domain_.domain : finding.owner);
  }
  const auto in_file = [&](std::uint32_t index, text::Span span) {
    const text::SourceFile& file = *report_.files[index];
    const text::LineColumn start = file.position(span.start);
    location.file = fmt::format("{}:{}:{}", text::visible(file.path()), start.line, start.column);
    location.first_line = start.line;
    location.last_line = span.empty() ? start.line : file.position(span.end - 1).line;
  };
  if (finding.place) {
    in_file(finding.place->file, finding.place->span);
  } else if (record != nullptr && record->source) {
    in_file(record->source->file, record->source->to_file(finding.span));
  }
  return location;
}

void Blocks::add_message(const finding::Finding& finding) {
  const std::string_view severity = to_string(finding.severity);
  const std::string_view id = entry(finding.code).id;
  paint_.append(out_, style_of(finding.severity), fmt::format("{}[{}]", severity, id));
  paint_.append(out_, Style::strong, ":");
  out_ += ' ';
  const std::size_t used = severity.size() + id.size() + 4;
  // On a narrow terminal the columns below the code are needed for words.
  const std::size_t hang = width_ < 60 ? 4 : used;
  append_prose(out_, paint_, Style::strong, finding.message, {width_, used, hang});
}

void Blocks::add_location(const Location& location) {
  if (location.subject.empty() && location.file.empty()) return;
  out_.append(gutter_, ' ');
  paint_.append(out_, Style::frame, "-->");
  out_ += ' ';
  const bool both = !location.subject.empty() && !location.file.empty();
  const std::size_t used = gutter_ + 4;
  append_prose(out_, paint_, Style::plain, location.subject + (both ? "  " : "") + location.file,
               {width_, used, used, LongWord::keep});
}

std::vector<Mark> Blocks::marks_of(const finding::Finding& finding) const {
  std::vector<Mark> marks;
  for (const finding::Label& label : finding.labels) marks.push_back({label.span, '-', Style::frame, label.text});
  std::string label = finding.span_label;
  if (finding.secret && !finding.place) {
    const std::string hidden = count_of(finding.span.size(), "byte") + ", not shown";
    label = label.empty() ? hidden : fmt::format("{} ({})", label, hidden);
  }
  marks.push_back({finding.span, '^', style_of(finding.severity), std::move(label)});
  return marks;
}

void Blocks::add_value(const finding::Finding& finding) {
  const audit::RecordReport& record = *record_of(domain_, finding);
  const std::vector<text::Span> secrets = secrets_.of_record(finding.record);
  add_gutter("", false);
  add_rows({record.value.joined(), record.value.joins(), secrets, marks_of(finding)}, "");
}

void Blocks::add_file_lines(const finding::Finding& finding, const Location& location) {
  add_gutter("", false);
  const std::uint32_t count = location.last_line - location.first_line + 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (count > kFewLines && i >= 2 && i + 1 < count) {
      if (i > 2) continue;
      paint_.append(out_, Style::frame, "...");
      out_ += '\n';
      continue;
    }
    add_file_line(finding, location.first_line + i, i + 1 == count);
  }
}

void Blocks::add_file_line(const finding::Finding& finding, std::uint32_t line, bool last) {
  const text::SourceFile& file = *report_.files[finding.place->file];
  const std::string_view content = file.line(line);
  const std::size_t start = file.line_start(line);

  text::Span span = within_line(finding.place->span, start, content.size());
  if (finding.place->span.start < start) {
    // The line goes on with something begun above: its indentation is not part of it.
    const std::size_t indent = std::min(content.find_first_not_of(" \t"), content.size());
    span.start = std::min(span.end, static_cast<std::uint32_t>(indent));
  }
  std::vector<text::Span> secrets;
  for (const text::Span secret : secrets_.of_file(finding.place->file)) {
    const text::Span here = within_line(secret, start, content.size());
    if (!here.empty()) secrets.push_back(here);
  }
  Excerpt excerpt{content, {}, secrets, {}, Tabs::blanks};
  excerpt.marks.push_back({span, '^', style_of(finding.severity), last ? finding.span_label : std::string()});
  add_rows(excerpt, fmt::format("{}", line));
}

void Blocks::add_rows(const Excerpt& excerpt, std::string_view line_number) {
  for (const Row& row : draw(excerpt, width_ - gutter_ - 3)) {
    if (!row.is_text && row.runs.empty()) continue;
    add_gutter(row.is_text ? line_number : "", !row.runs.empty());
    for (const Run& run : row.runs) paint_.append(out_, run.style, run.text);
    if (!row.runs.empty()) out_ += '\n';
  }
}

void Blocks::add_gutter(std::string_view line_number, bool blank_follows) {
  paint_.append(out_, Style::frame, fmt::format("{:>{}} |", line_number, gutter_));
  out_ += blank_follows ? ' ' : '\n';
}

void Blocks::add_note(const finding::Finding& finding) {
  const std::string_view reference = entry(finding.code).reference;
  const bool known = !reference.empty() && reference != "-";
  if (finding.note.empty()) {
    if (known) add_remark("note", fmt::format("see {}", reference), LongWord::shorten);
    return;
  }
  add_remark("note", known ? fmt::format("{} ({})", finding.note, reference) : finding.note, LongWord::shorten);
}

void Blocks::add_help(const finding::Finding& finding) {
  const bool fixable = finding.fix && !finding.fix->edits.empty() && finding.record >= 0;
  if (!finding.help.empty()) add_remark("help", finding.help, LongWord::keep);
  if (fixable) add_corrected(finding);
}

void Blocks::add_corrected(const finding::Finding& finding) {
  const audit::RecordReport& record = *record_of(domain_, finding);
  const Corrected corrected = correct(record.value.joined(), *finding.fix, secrets_.of_record(finding.record));
  if (contains_code(finding.help, corrected.value)) return;
  if (finding.help.empty()) {
    const std::string whole = text::visible(corrected.value);
    if (corrected.secrets.empty() && columns(whole) + gutter_ + 17 <= width_) {
      add_remark("help", fmt::format("write `{}`", corrected.value), LongWord::keep);
      return;
    }
    add_remark("help", finding.fix->safe ? "write this instead" : "this may be what was meant", LongWord::keep);
  }
  Excerpt excerpt{corrected.value, {}, corrected.secrets, {}};
  for (const Change& change : corrected.changes) {
    if (excerpt.marks.size() == kMostChanges) break;
    // Where something was only taken away, the place is shown but there is nothing to draw.
    const char sign = change.span.empty() ? ' ' : change.replaces ? '~' : '+';
    excerpt.marks.push_back({change.span, sign, Style::inserted, {}});
  }
  add_gutter("", false);
  add_rows(excerpt, "");
}

void Blocks::add_remark(std::string_view kind, std::string_view text, LongWord long_word) {
  out_.append(gutter_ + 1, ' ');
  paint_.append(out_, Style::frame, "=");
  out_ += ' ';
  paint_.append(out_, Style::strong, kind);
  out_ += ": ";
  const std::size_t used = gutter_ + 3 + kind.size() + 2;
  append_prose(out_, paint_, Style::plain, text, {width_, used, used, long_word});
}

}  // namespace envelint::render
