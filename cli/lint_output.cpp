#include "lint_output.hpp"

#include "exit_status.hpp"
#include "screen.hpp"

#include <envelint/render/json.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iostream>

namespace cli {

using namespace envelint;

void complain(std::string_view message) { fmt::print(stderr, "envelint lint: {}\n", text::visible(message)); }

void LintTally::add(const audit::Report& report) {
  for (const audit::DomainReport& domain : report.domains) {
    unknown_ = unknown_ || !domain.unknown.empty() || (domain.expectations && !domain.expectations->undecided.empty());
    for (const finding::Finding& finding : domain.findings) {
      if (finding.code == finding::Code::dns_lookup_failed) {
        unknown_ = true;
      } else {
        worst_ = std::max(worst_, std::optional(finding.severity));
      }
    }
  }
}

int LintTally::status(std::string_view fail_on) const {
  const auto limit = finding::parse_severity(fail_on);
  if (limit && worst_ && *worst_ >= *limit) return kFindings;
  return unknown_ ? kUnknown : kOk;
}

bool can_ask_authoritative(const LintOptions& options, DnsSource& dns) {
  if (!options.authoritative.wanted || dns.direct() != nullptr) return true;
  complain(
      "--authoritative asks servers over the network; it goes neither with --replay nor with --zone without --overlay");
  return false;
}

void select(audit::Report& report, const audit::Selection& selection) {
  for (audit::DomainReport& domain : report.domains) {
    std::erase_if(domain.findings, [&](const finding::Finding& finding) { return !selection.keeps(finding.code); });
  }
}

int show(audit::Report report, const LintOptions& options) {
  select(report, options.selection);
  if (options.format == "json") {
    std::cout << render::json(report);
  } else if (options.format == "ndjson") {
    std::cout << render::ndjson(report);
  } else {
    render::TerminalOptions layout;
    const Screen screen = standard_output();
    layout.colour = options.colour == "always" || (options.colour == "auto" && screen.colour);
    layout.width = options.width != 0 ? options.width : screen.width;
    std::cout << render::terminal(report, layout);
  }
  std::cout.flush();
  LintTally tally;
  tally.add(report);
  return tally.status(options.fail_on);
}

}  // namespace cli
