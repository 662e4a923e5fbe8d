#pragma once

#include "authoritative.hpp"
#include "command_line.hpp"
#include "dns_source.hpp"
#include "zone_input.hpp"

#include <envelint/audit/kind.hpp>
#include <envelint/audit/selection.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/expectation/file.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// The options of `envelint lint` as they are given.
struct LintOptions {
  std::vector<std::string> targets;  ///< domains, or "-"
  std::string domains_file;
  ZoneInput zones;
  DnsOptions dns;
  std::optional<std::string> record;
  std::string name;
  std::string type;
  std::vector<std::string> selectors;
  std::string timeout = "30";
  AuthoritativeChoice authoritative;
  bool compare_live = false;
  std::string expect;
  std::size_t jobs = 100;
  bool unordered = false;
  std::string format = "text";
  std::string fail_on = "error";
  std::string colour = "auto";
  std::size_t width = 0;
  envelint::audit::Selection selection;
  bool fix = false;
  bool write = false;
};

/// Adds all of them to the command. `options` must outlive the parsing.
void add_lint_options(Command& command, LintOptions& options);

/// What is to be looked at.
enum class LintInput : std::uint8_t {
  record,   ///< --record
  lines,    ///< `-`: a record a line on standard input
  zones,    ///< --zone, with or without domains
  domains,  ///< names to be looked up
};

/// Options that go together, with what was read from them.
struct LintTask {
  LintOptions options;
  LintInput input = LintInput::record;
  std::optional<envelint::audit::Kind> kind;
  std::vector<envelint::dns::Name> domains;
  std::chrono::milliseconds timeout{};
  std::optional<envelint::expectation::Expectations> expectations;  ///< what was read from the file of --expect
};

/// @return the task, or what is wrong with the options, for a person.
[[nodiscard]] std::expected<LintTask, std::string> check_lint_options(LintOptions options);

/// What --type may be, as a list for people.
inline constexpr const char* kLintTypes = "spf dkim dmarc mta_sts tls_rpt bimi tlsa mx txt";

}  // namespace cli
