#include "lint_records.hpp"

#include "exit_status.hpp"
#include "input_lines.hpp"
#include "lint_output.hpp"

#include <envelint/audit/fix.hpp>
#include <envelint/audit/judge.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/render/json.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <iostream>
#include <memory>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

using audit::DomainReport;
using audit::Kind;
using audit::Report;

DomainReport judge(const LintTask& task, std::string value) {
  return audit::judge_record(task.options.name, dns::Text(std::move(value)), task.kind);
}

std::string shortened(std::string_view value) {
  constexpr std::size_t kMost = 40;
  return value.size() <= kMost ? std::string(value) : std::string(value.substr(0, kMost)) + "…";
}

/// Why a pasted text is no record at all and what to do, or nothing.
std::optional<std::string> not_judgeable(const LintTask& task, const DomainReport& domain) {
  const auto& record = domain.records.front();
  const std::string_view value = record.value.joined();
  if (value.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return "the record is empty; paste its value, such as 'v=spf1 mx -all', in single quotes";
  }
  if (task.kind || record.kind != Kind::txt) return std::nullopt;
  if (!value.contains(' ') && dns::Name::parse(value) && value.contains('.')) {
    return fmt::format(
        "`{0}` is a name or address and no record; paste the record's value, such as 'v=spf1 mx -all', or look the domain up: "
        "envelint lint {0}",
        shortened(value));
  }
  return fmt::format("`{}` looks like no mail record; if it is meant to be one, say which with --type ({})",
                     shortened(value), kLintTypes);
}

int fix_record(const LintTask& task, const DomainReport& judged) {
  const audit::RecordReport& record = judged.records.front();
  const std::string fixed = audit::fix_value(record.kind, record.value, task.options.name, task.options.selection);
  fmt::print("{}\n", text::visible(fixed));
  return kOk;
}

/// Standard input, a record a line.
class Lines {
 public:
  explicit Lines(const LintTask& task) : task_(task) {}

  int run() { return task_.options.format == "ndjson" ? stream() : gather(); }

 private:
  // The next line that can be judged; remembers those that cannot.
  std::optional<InputLine> next() {
    while (auto line = lines_.next()) {
      any_ = true;
      if (!line->too_long) return line;
      complain(
          fmt::format("line {} is longer than {} bytes, which no record is; skipped", line->number, kMaxInputLine));
      unreadable_ = true;
    }
    return std::nullopt;
  }

  [[nodiscard]] int status(int judged) const {
    if (lines_.failed()) return complain("standard input cannot be read"), kUsage;
    if (!any_) return complain("standard input holds no record"), kUsage;
    return unreadable_ ? kUsage : judged;
  }

  // A document a line, and nothing kept.
  int stream() {
    LintTally tally;
    while (auto line = next()) {
      Report one;
      one.domains.push_back(judge(task_, std::move(line->text)));
      select(one, task_.options.selection);
      std::cout << render::ndjson(one);
      tally.add(one);
    }
    std::cout.flush();
    return status(tally.status(task_.options.fail_on));
  }

  // One report of all lines, in which each record knows its line.
  int gather() {
    Report report;
    std::string content;
    std::size_t written = 0;
    while (auto line = next()) {
      content.append(line->number - 1 - written, '\n');
      const auto place = text::span_of(content.size(), content.size() + line->text.size());
      content.append(line->text).push_back('\n');
      written = line->number;
      report.domains.push_back(judge(task_, std::move(line->text)));
      audit::RecordSource source{0, place, place, {}};
      source.map.segments.push_back({0, place.start});
      report.domains.back().records.front().source = std::move(source);
    }
    if (!any_ || lines_.failed()) return status(kUsage);
    report.files.push_back(std::make_shared<text::SourceFile>("standard input", std::move(content)));
    return status(show(std::move(report), task_.options));
  }

  const LintTask& task_;
  InputLines lines_{stdin};
  bool any_ = false;
  bool unreadable_ = false;
};

}  // namespace

int lint_record(const LintTask& task) {
  DomainReport judged = judge(task, *task.options.record);
  const auto fault = not_judgeable(task, judged);
  if (fault) complain(*fault);
  if (task.options.fix) return fault ? kUsage : fix_record(task, judged);
  if (fault && task.options.format == "text") return kUsage;
  Report report;
  report.domains.push_back(std::move(judged));
  const int status = show(std::move(report), task.options);
  return fault ? kUsage : status;
}

int lint_lines(const LintTask& task) { return Lines(task).run(); }

}  // namespace cli
