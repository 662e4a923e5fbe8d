#include "lint.hpp"

#include "exit_status.hpp"
#include "expectation_run.hpp"
#include "lint_domains.hpp"
#include "lint_options.hpp"
#include "lint_output.hpp"
#include "lint_records.hpp"
#include "lint_zones.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace cli {
namespace {

constexpr std::string_view kExample = R"(Examples:
  envelint lint example.com                              what DNS says now
  envelint lint example.com --selector s1 --selector s2  with these DKIM keys
  envelint lint --zone example.com.zone                  before it is published
  envelint lint --zone example.com.zone --overlay        ... with all else live
  envelint lint --zone example.com.zone --compare-live   ... and what DNS has now
  envelint lint --zone example.com.zone --fix            show what would change
  envelint lint --zone example.com.zone --fix --write    change it
  envelint lint --record 'v=spf1 include:_spf.example.net -all'
  envelint lint --expect envelint.toml                   check what must hold
  envelint lint --domains customers.txt --format ndjson  many at once
  envelint lint example.com --save-dns example.dns       keep the answers ...
  envelint lint example.com --replay example.dns         ... and judge them again
  envelint lint - --type spf --format ndjson < records.txt

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or
unreadable input, 3 could not tell: a question was not answered (DNS001), and
nothing that is known is at or above --fail-on.)";

// Without domains, those of which something is expected are looked at.
bool read_expectations(LintTask& task) {
  const LintOptions& options = task.options;
  if (options.expect.empty()) return true;
  auto read = read_expectation_file(options.expect);
  if (!read) {
    for (const std::string& fault : read.error()) complain(fault);
    return false;
  }
  const bool named = !task.domains.empty() || !options.domains_file.empty();
  if (!named && task.input == LintInput::domains) {
    for (const auto& expectation : read->names) task.domains.push_back(expectation.name);
  }
  task.expectations = *std::move(read);
  return true;
}

int lint(const LintOptions& options) {
  auto task = check_lint_options(options);
  if (!task) return complain(task.error()), kUsage;
  if (!read_expectations(*task)) return kUsage;
  switch (task->input) {
    case LintInput::record: return lint_record(*task);
    case LintInput::lines: return lint_lines(*task);
    case LintInput::zones: return lint_zones(*task);
    case LintInput::domains: break;
  }
  return lint_domains(*task);
}

}  // namespace

void add_lint(CommandLine& line) {
  auto options = std::make_shared<LintOptions>();
  Command command = line.add("lint", "Find what is wrong with a domain's mail records", kExample,
                             [options] { return lint(*options); });
  add_lint_options(command, *options);
}

}  // namespace cli
