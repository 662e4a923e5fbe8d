#pragma once

#include "dns_source.hpp"

#include <envelint/audit/report.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/expectation/check.hpp>
#include <envelint/expectation/file.hpp>
#include <envelint/task/task.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>
#include <unordered_map>
#include <vector>

namespace cli {

/// Reads the file of --expect.
/// @return what is expected, or what is wrong, a line each: `envelint.toml:4:3: …`.
[[nodiscard]] std::expected<envelint::expectation::Expectations, std::vector<std::string>> read_expectation_file(
    const std::string& path);

/// Checks expectations and puts what came of them into reports.
class ExpectationRun {
 public:
  explicit ExpectationRun(const envelint::expectation::Expectations& expectations) : expectations_(expectations) {}

  /// Asks for all of them, some names at once.
  /// @param timeout  for each name
  void check(DnsSource& dns, std::size_t jobs, std::chrono::milliseconds timeout);

  /// Adds what came of those about the domains that are in the report.
  void add_known(envelint::audit::Report& report);
  /// Adds a domain for every other name that was not yet in a report.
  void add_rest(envelint::audit::Report& report);

 private:
  [[nodiscard]] envelint::task::Task<void> check_all(DnsSource* dns, std::size_t jobs,
                                                     std::chrono::milliseconds timeout);
  [[nodiscard]] envelint::task::Task<void> check_next(DnsSource* dns, std::chrono::milliseconds timeout);
  void add(envelint::audit::Report& report, std::size_t index);

  const envelint::expectation::Expectations& expectations_;
  envelint::dns::PublicSuffixList suffixes_;
  std::size_t next_ = 0;
  std::vector<std::vector<envelint::expectation::Unmet>> unmet_;  // for each name
  std::vector<bool> told_;
  std::unordered_map<envelint::dns::Name, std::size_t> index_;
};

}  // namespace cli
