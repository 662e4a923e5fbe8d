#pragma once

#include <envelint/audit/report.hpp>

#include <cstddef>
#include <string>

namespace envelint::render {

/// How a report is laid out for a person.
struct TerminalOptions {
  static constexpr std::size_t kMinWidth = 40;

  bool colour = false;
  std::size_t width = 80;        ///< columns; fewer than `kMinWidth` count as `kMinWidth`
  bool notes = true;             ///< why each finding matters, with its reference
  bool help = true;              ///< what to do about it
  std::size_t max_findings = 0;  ///< findings shown, the first in order; 0: all
};

/// Lays out a report for a terminal: findings in the order of their places with the text they are about, a line that
/// sums up each domain, and where to read more. Ends in a line feed.
///
/// Whatever a record, a name or a file holds, the only control bytes written are line feeds and, with colour, SGR
/// sequences of our own. No line is wider than the width, but for words in help, which are there to be copied.
[[nodiscard]] std::string terminal(const audit::Report& report, const TerminalOptions& options = {});

}  // namespace envelint::render
