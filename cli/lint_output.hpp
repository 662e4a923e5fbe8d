#pragma once

#include "lint_options.hpp"

#include <envelint/audit/report.hpp>
#include <envelint/finding/severity.hpp>

#include <optional>
#include <string_view>

namespace cli {

/// A complaint on standard error, with what a terminal would obey made visible.
void complain(std::string_view message);

/// What reports come to, for the exit status.
class LintTally {
 public:
  void add(const envelint::audit::Report& report);

  /// kFindings for a finding at or above the limit, else kUnknown when something could not be told, else kOk. That a
  /// question was not answered (DNS001) is no finding in this sense, whatever its severity.
  ///
  /// @param fail_on  a severity, or "never"
  [[nodiscard]] int status(std::string_view fail_on) const;

 private:
  std::optional<envelint::finding::Severity> worst_;
  bool unknown_ = false;
};

/// Takes out the findings that --select and --ignore do not want.
void select(envelint::audit::Report& report, const envelint::audit::Selection& selection);

/// Selects, and prints a report on standard output in the format that is wanted.
/// @return the exit status.
int show(envelint::audit::Report report, const LintOptions& options);

}  // namespace cli
