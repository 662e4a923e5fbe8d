#include "lint.hpp"

#include "atomic_write.hpp"
#include "exit_status.hpp"
#include "input_lines.hpp"
#include "screen.hpp"

#include <envelint/audit/fix.hpp>
#include <envelint/audit/judge.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/audit/selection.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/audit/zone_fix.hpp>
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_merge.hpp>
#include <envelint/finding/severity.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/text/line_diff.hpp>
#include <envelint/text/utf8.hpp>

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {
namespace {

using envelint::audit::Kind;
using envelint::audit::Report;
using envelint::audit::Selection;
using envelint::finding::Severity;

constexpr std::string_view kExample = R"(Examples:
  envelint lint --record 'v=spf1 include:_spf.example.net -all'
  envelint lint --zone example.com.zone
  envelint lint --zone example.com.zone --fix            show what would change
  envelint lint --zone example.com.zone --fix --write    change it
  envelint lint - --type spf --format ndjson < records.txt

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or
unreadable input, 3 could not tell (DNS trouble).)";

constexpr std::string_view kTypes = "spf dkim dmarc mta_sts tls_rpt bimi tlsa mx txt";

struct Options {
  std::vector<std::string> targets;  // domains, or "-"
  std::vector<std::string> zones;
  std::optional<std::string> record;
  std::string name;
  std::string type;
  std::string origin;
  std::string format = "text";
  std::string fail_on = "error";
  std::string colour = "auto";
  std::size_t width = 0;
  Selection selection;
  bool any_include = false;
  bool fix = false;
  bool write = false;
};

/// One run of the command.
class Lint {
 public:
  explicit Lint(Options options) : options_(std::move(options)) {}

  int run() {
    if (!check_options()) return kUsage;
    if (options_.record) return options_.fix ? fix_record() : lint_record();
    if (!options_.zones.empty()) return options_.fix ? fix_zones() : lint_zones();
    return lint_lines();
  }

 private:
  [[nodiscard]] bool reads_stdin() const { return options_.targets == std::vector<std::string>{"-"}; }

  static bool complain(std::string_view message) {
    fmt::print(stderr, "envelint lint: {}\n", envelint::text::visible(message));
    return false;
  }

  bool check_options() {
    const int inputs = (options_.record ? 1 : 0) + (options_.zones.empty() ? 0 : 1) + (reads_stdin() ? 1 : 0);
    if (inputs == 0) {
      return complain(fmt::format("{}: give --zone FILE, --record TEXT, or - for one record a line on standard input",
                                  options_.targets.empty() ? "nothing to look at" : "names are not looked up in DNS yet"));
    }
    if (inputs > 1) return complain("--zone, --record and - exclude each other");
    if (options_.record && !options_.targets.empty()) return complain("--record takes no domain; --name gives its owner name");
    if (!options_.type.empty()) {
      kind_ = envelint::audit::parse_kind(options_.type);
      if (!kind_) return complain(fmt::format("--type is one of {}", kTypes));
      if (!options_.zones.empty()) return complain("--type is for a single record; a zone file says what its records are");
    }
    if (options_.write && (!options_.fix || options_.zones.empty())) return complain("--write goes with --zone and --fix");
    if (options_.fix && reads_stdin()) return complain("--fix goes with --record or --zone");
    for (const auto* patterns : {&options_.selection.select, &options_.selection.ignore}) {
      for (const std::string& pattern : *patterns) {
        if (!envelint::audit::is_known_pattern(pattern)) {
          return complain(fmt::format("no code begins with `{}`; `envelint explain` lists them all", pattern));
        }
      }
    }
    return read_names();
  }

  bool read_names() {
    if (!options_.origin.empty()) {
      const auto origin = envelint::dns::Name::parse(options_.origin);
      if (!origin) return complain(fmt::format("--origin `{}` {}", options_.origin, to_string(origin.error())));
      zone_options_.origin = *origin;
    }
    if (reads_stdin()) return true;
    for (const std::string& target : options_.targets) {
      auto domain = envelint::dns::Name::parse(target);
      if (!domain) return complain(fmt::format("`{}` is no domain name: it {}", target, to_string(domain.error())));
      domains_.push_back(*std::move(domain));
    }
    return true;
  }

  int lint_record() {
    Report report;
    report.domains.push_back(judge(*options_.record));
    if (is_judgeable(report.domains.front())) return show(std::move(report));
    if (options_.format != "text") show(std::move(report));
    return kUsage;
  }

  /// Whether a pasted text is a record at all; says what to do when it is not.
  bool is_judgeable(const envelint::audit::DomainReport& domain) const {
    const auto& record = domain.records.front();
    const std::string_view value = record.value.joined();
    if (value.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return complain("the record is empty; paste its value, such as 'v=spf1 mx -all', in single quotes");
    }
    if (kind_ || record.kind != Kind::txt) return true;
    if (!value.contains(' ') && envelint::dns::Name::parse(value) && value.contains('.')) {
      return complain(fmt::format("`{}` is a name or address and no record; paste the record's value, such as 'v=spf1 mx -all'",
                                  shortened(value)));
    }
    return complain(fmt::format("`{}` looks like no mail record; if it is meant to be one, say which with --type ({})",
                                shortened(value), kTypes));
  }

  static std::string shortened(std::string_view value) {
    constexpr std::size_t kMost = 40;
    return value.size() <= kMost ? std::string(value) : std::string(value.substr(0, kMost)) + "…";
  }

  envelint::audit::DomainReport judge(std::string value) const {
    return envelint::audit::judge_record(options_.name, envelint::dns::Text(std::move(value)), kind_);
  }

  int fix_record() {
    const envelint::dns::Text value(*options_.record);
    const auto judged = judge(*options_.record);
    if (!is_judgeable(judged)) return kUsage;
    const Kind kind = judged.records.front().kind;
    fmt::print("{}\n", envelint::text::visible(
                           envelint::audit::fix_value(kind, value, options_.name, options_.selection)));
    return kOk;
  }

  std::optional<envelint::dns::ZoneText> open(const std::string& path) {
    auto text = envelint::dns::open_zone_file(path);
    if (text) return *std::move(text);
    complain(fmt::format("{}: {}", path, text.error()));
    return std::nullopt;
  }

  envelint::dns::ZoneOptions zone_options(const std::string& path) const {
    envelint::dns::ZoneOptions options = zone_options_;
    options.opener = envelint::dns::disk_opener(std::filesystem::path(path).parent_path(), options_.any_include);
    return options;
  }

  int lint_zones() {
    std::optional<envelint::dns::Zone> zone;
    for (const std::string& path : options_.zones) {
      auto text = open(path);
      if (!text) return kUsage;
      envelint::dns::Zone read = envelint::dns::read_zone(*std::move(text), zone_options(path));
      if (zone) {
        envelint::dns::append(*zone, std::move(read));
      } else {
        zone = std::move(read);
      }
    }
    Report report = envelint::audit::audit_zone(*zone, domains_);
    if (report.domains.empty()) complain(options_.zones.front() + ": no mail records are in it");
    const bool unreadable = report.domains.empty() && zone->records.empty();
    const int status = show(std::move(report));
    return unreadable ? kUsage : status;
  }

  int fix_zones() {
    for (const std::string& path : options_.zones) {
      const auto text = open(path);
      if (!text) return kUsage;
      for (const auto& file : envelint::audit::fix_zone(*text, zone_options(path), options_.selection)) {
        if (!options_.write) {
          const std::string diff = envelint::text::unified_diff(file.path, file.before, file.after);
          // `patch` needs the bytes as they are; a terminal would obey some of them.
          std::cout << (standard_output().terminal ? visible_lines(diff) : diff);
          continue;
        }
        if (const auto fault = replace_file(file.path, file.before, file.after)) {
          complain(fmt::format("{}: {}", file.path, *fault));
          return kUsage;
        }
        fmt::print(stderr, "{}: mended\n", envelint::text::visible(file.path));
      }
    }
    return kOk;
  }

  int lint_lines() {
    return options_.format == "ndjson" ? stream_lines() : gather_lines();
  }

  // The next line of standard input that can be judged; remembers those that cannot.
  std::optional<InputLine> next_line(InputLines& lines) {
    while (auto line = lines.next()) {
      any_line_ = true;
      if (!line->too_long) return line;
      complain(fmt::format("line {} is longer than {} bytes, which no record is; skipped", line->number, kMaxInputLine));
      unreadable_ = true;
    }
    return std::nullopt;
  }

  [[nodiscard]] int status_of_lines(const InputLines& lines, int status) const {
    if (lines.failed()) return complain("standard input cannot be read"), kUsage;
    if (!any_line_) return complain("standard input holds no record"), kUsage;
    return unreadable_ ? kUsage : status;
  }

  // A document a line, and nothing kept.
  int stream_lines() {
    InputLines lines(stdin);
    std::optional<Severity> worst_line;
    while (auto line = next_line(lines)) {
      Report one;
      one.domains.push_back(judge(std::move(line->text)));
      select(one);
      std::cout << envelint::render::ndjson(one);
      worst_line = std::max(worst_line, worst(one));
    }
    std::cout.flush();
    return status_of_lines(lines, status_of(worst_line));
  }

  // One report of all lines, in which each record knows its line.
  int gather_lines() {
    InputLines lines(stdin);
    Report report;
    std::string content;
    std::size_t written = 0;
    while (auto line = next_line(lines)) {
      content.append(line->number - 1 - written, '\n');
      const auto place = envelint::text::span_of(content.size(), content.size() + line->text.size());
      content.append(line->text).push_back('\n');
      written = line->number;
      report.domains.push_back(judge(std::move(line->text)));
      envelint::audit::RecordSource source{0, place, place, {}};
      source.map.segments.push_back({0, place.start});
      report.domains.back().records.front().source = std::move(source);
    }
    if (!any_line_ || lines.failed()) return status_of_lines(lines, kUsage);
    report.files.push_back(std::make_shared<envelint::text::SourceFile>("standard input", std::move(content)));
    return status_of_lines(lines, show(std::move(report)));
  }

  void select(Report& report) const {
    for (auto& domain : report.domains) {
      std::erase_if(domain.findings, [&](const auto& finding) { return !options_.selection.keeps(finding.code); });
    }
  }

  static std::optional<Severity> worst(const Report& report) {
    std::optional<Severity> worst;
    for (const auto& domain : report.domains) {
      for (const auto& finding : domain.findings) worst = std::max(worst, std::optional(finding.severity));
    }
    return worst;
  }

  [[nodiscard]] int status_of(std::optional<Severity> worst) const {
    if (options_.fail_on == "never") return kOk;
    const auto limit = envelint::finding::parse_severity(options_.fail_on);
    return worst && *worst >= *limit ? kFindings : kOk;
  }

  int show(Report report) const {
    select(report);
    if (options_.format == "json") {
      std::cout << envelint::render::json(report);
    } else if (options_.format == "ndjson") {
      std::cout << envelint::render::ndjson(report);
    } else {
      envelint::render::TerminalOptions options;
      const Screen screen = standard_output();
      options.colour = options_.colour == "always" || (options_.colour == "auto" && screen.colour);
      options.width = options_.width != 0 ? options_.width : screen.width;
      std::cout << envelint::render::terminal(report, options);
    }
    std::cout.flush();
    return status_of(worst(report));
  }

  Options options_;
  std::optional<Kind> kind_;
  envelint::dns::ZoneOptions zone_options_;
  std::vector<envelint::dns::Name> domains_;
  bool any_line_ = false;
  bool unreadable_ = false;
};

}  // namespace

void add_lint(CLI::App& app, int& exit_status) {
  auto* command = app.add_subcommand("lint", "Find what is wrong with a domain's mail records");
  auto options = std::make_shared<Options>();
  command->footer(std::string(kExample));
  command->add_option("DOMAIN", options->targets, "the domains of the zone file to look at (all without one), or - for records on standard input");
  command->add_option("--zone", options->zones, "a zone file; may be given several times")
      ->type_name("FILE")
      ->allow_extra_args(false);  // what follows is a domain
  command->add_option("--record", options->record, "one record, as a receiver would see it")->type_name("TEXT");
  command->add_option("--name", options->name, "the owner name of the record")->type_name("NAME");
  command->add_option("--type", options->type, "what the record is, whatever it looks like")->type_name("KIND");
  command->add_option("--origin", options->origin, "the name that relative names in the zone file are below")
      ->type_name("NAME");
  command->add_flag("--any-include", options->any_include, "let $INCLUDE open files outside the zone file's folder");
  command->add_option("--format", options->format, "text, json or ndjson (a document a line)")
      ->check(CLI::IsMember({"text", "json", "ndjson"}))
      ->capture_default_str();
  command->add_option("--select", options->selection.select, "only these codes, or the beginning of codes")
      ->delimiter(',')
      ->type_name("CODE,...")
      ->allow_extra_args(false);
  command->add_option("--ignore", options->selection.ignore, "not these codes, or the beginning of codes")
      ->delimiter(',')
      ->type_name("CODE,...")
      ->allow_extra_args(false);
  command->add_option("--fail-on", options->fail_on, "the severity that makes the exit status 1")
      ->check(CLI::IsMember({"error", "warning", "notice", "info", "never"}))
      ->capture_default_str();
  command->add_flag("--fix", options->fix, "print the record, or a diff of the zone file, with all safe fixes made");
  command->add_flag("--write", options->write, "with --fix and --zone: change the file");
  command->add_option("--color,--colour", options->colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str();
  command->add_option("--width", options->width, "columns to lay the text out for (default: the terminal's, or 80)");
  command->callback([options, &exit_status] { exit_status = Lint(*options).run(); });
}

}  // namespace cli
