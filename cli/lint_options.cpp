#include "lint_options.hpp"

#include "quantity.hpp"

#include <envelint/dns/name_input.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace cli {
namespace {

using envelint::audit::Selection;

constexpr std::size_t kMaxJobs = 2000;

/// Looks at the options one by one; the first thing that is wrong is told.
class Check {
 public:
  explicit Check(LintOptions options) { task_.options = std::move(options); }

  std::expected<LintTask, std::string> run() {
    for (const auto check :
         {&Check::input, &Check::type, &Check::fix, &Check::asking, &Check::selection, &Check::names}) {
      if (auto fault = (this->*check)()) return std::unexpected(*std::move(fault));
    }
    return std::move(task_);
  }

 private:
  using Fault = std::optional<std::string>;

  [[nodiscard]] bool reads_records() const { return options().targets == std::vector<std::string>{"-"}; }
  [[nodiscard]] const LintOptions& options() const { return task_.options; }

  Fault input() {
    const bool zones = !options().zones.paths.empty();
    const bool domains = !options().domains_file.empty() || (!options().targets.empty() && !reads_records());
    const int records = (options().record ? 1 : 0) + (reads_records() ? 1 : 0);
    if (records == 0 && !zones && !domains && options().expect.empty()) {
      return "nothing to look at: give a domain, --zone FILE, --record TEXT, or - for one record a line on standard input";
    }
    if (records + (zones ? 1 : 0) > 1) return "--zone, --record and - exclude each other";
    if (domains && std::ranges::find(options().targets, "-") != options().targets.end()) {
      return "- is for records on standard input, and stands alone; --domains - reads the names of domains";
    }
    if (options().record && domains) return "--record takes no domain; --name gives its owner name";
    task_.input = options().record  ? LintInput::record
                  : reads_records() ? LintInput::lines
                  : zones           ? LintInput::zones
                                    : LintInput::domains;
    return std::nullopt;
  }

  Fault type() {
    if (options().type.empty()) return std::nullopt;
    task_.kind = envelint::audit::parse_kind(options().type);
    if (!task_.kind) return fmt::format("--type is one of {}", kLintTypes);
    if (task_.input == LintInput::zones) return "--type is for a single record; a zone file says what its records are";
    if (task_.input == LintInput::domains) return "--type is for a single record, given with --record or -";
    return std::nullopt;
  }

  Fault fix() {
    if (options().write && (!options().fix || task_.input != LintInput::zones))
      return "--write goes with --zone and --fix";
    const bool can_fix = task_.input == LintInput::record || task_.input == LintInput::zones;
    if (options().fix && !can_fix) return "--fix goes with --record or --zone";
    return std::nullopt;
  }

  Fault asking() {
    const DnsOptions& dns = options().dns;
    const bool asks = dns.overlay || !dns.nameservers.empty() || !dns.save.empty() || !dns.replay.empty() ||
                      options().authoritative.wanted;
    const bool takes_domains = task_.input == LintInput::domains || task_.input == LintInput::zones;
    if (asks && !takes_domains)
      return "--overlay, --nameserver, --authoritative, --save-dns and --replay are for domains; nothing is asked here";
    if (!options().expect.empty() && !takes_domains) return "--expect is for domains; nothing is asked here";
    if (!options().expect.empty() && options().fix) return "--expect checks, and --fix changes; leave one out";
    if (!options().selectors.empty() && !takes_domains)
      return "--selector is for domains; --name says where a record stands";
    if (options().compare_live && task_.input != LintInput::zones) return "--compare-live goes with --zone FILE";
    if (options().compare_live && dns.overlay) {
      return "--compare-live compares the file with DNS, and --overlay mixes them; leave one out";
    }
    for (const std::string& selector : options().selectors) {
      if (selector.contains(',')) return "give each selector with a --selector of its own: --selector s1 --selector s2";
      if (!envelint::dns::parse_domain(selector)) return fmt::format("--selector `{}` is no selector", selector);
    }
    const auto timeout = parse_duration(options().timeout);
    if (!timeout) return fmt::format("--timeout `{}` is no time in seconds, such as 30 or 2.5", options().timeout);
    task_.timeout = *timeout;
    if (options().jobs == 0 || options().jobs > kMaxJobs)
      return fmt::format("--jobs is a number from 1 to {}", kMaxJobs);
    return std::nullopt;
  }

  Fault selection() {
    const Selection& selection = options().selection;
    for (const auto* patterns : {&selection.select, &selection.ignore}) {
      for (const std::string& pattern : *patterns) {
        if (envelint::audit::is_known_pattern(pattern)) continue;
        return fmt::format("no code begins with `{}`; `envelint explain` lists them all", pattern);
      }
    }
    return std::nullopt;
  }

  Fault names() {
    for (std::string& selector : task_.options.selectors) selector = envelint::dns::parse_name(selector)->to_string();
    if (!options().name.empty()) {
      const auto name = envelint::dns::parse_name(options().name);
      if (!name) return "--name " + name.error();
      task_.options.name = name->to_string();
    }
    if (reads_records()) return std::nullopt;
    for (const std::string& target : options().targets) {
      auto domain = envelint::dns::parse_domain(target);
      if (!domain) return domain.error();
      task_.domains.push_back(*std::move(domain));
    }
    return std::nullopt;
  }

  LintTask task_;
};

void add_input_options(Command& command, LintOptions& options) {
  command.option(
      "DOMAIN", options.targets,
      "the domains to look up, or with --zone those of the file to look at; - for records on standard input");
  command.option("--domains", options.domains_file, "more domains, one a line; - for standard input").value("FILE");
  add_zone_options(command, options.zones);
  command.option("--record", options.record, "one record, as a receiver would see it").value("TEXT");
  command.option("--name", options.name, "the owner name of the record").value("NAME");
  command.option("--type", options.type, "what the record is, whatever it looks like").value("KIND");
}

void add_asking_options(Command& command, LintOptions& options) {
  add_dns_options(command, options.dns);
  command
      .option("--selector", options.selectors,
              "a DKIM selector of the domain; repeatable (default: those of its providers, or common ones)")
      .value("NAME");
  command.option("--timeout", options.timeout, "the time for one domain; what is not answered then is unknown")
      .value("SECONDS")
      .show_default();
  add_authoritative_options(command, options.authoritative);
  command.flag("--compare-live", options.compare_live, "with --zone: show where the file and live DNS differ");
  command.option("--expect", options.expect, "check what this file says must hold; alone, look up the names in it")
      .value("FILE");
  command.option("--jobs", options.jobs, "how many domains are looked up at once").show_default();
  command.flag("--unordered", options.unordered, "with ndjson: print each domain as soon as it is done");
}

void add_output_options(Command& command, LintOptions& options) {
  command.option("--format", options.format, "text, json or ndjson (a document a line)")
      .one_of({"text", "json", "ndjson"})
      .show_default();
  command.option("--select", options.selection.select, "only these codes, or the beginning of codes")
      .comma_separated()
      .value("CODE,...");
  command.option("--ignore", options.selection.ignore, "not these codes, or the beginning of codes")
      .comma_separated()
      .value("CODE,...");
  command.option("--fail-on", options.fail_on, "the severity that makes the exit status 1")
      .one_of({"error", "warning", "notice", "info", "never"})
      .show_default();
  command.flag("--fix", options.fix, "print the record, or a diff of the zone file, with all safe fixes made");
  command.flag("--write", options.write, "with --fix and --zone: change the file");
  command.option("--color,--colour", options.colour, "auto, always or never")
      .one_of({"auto", "always", "never"})
      .show_default();
  command.option("--width", options.width, "columns to lay the text out for (default: the terminal's, or 80)");
}

}  // namespace

void add_lint_options(Command& command, LintOptions& options) {
  add_input_options(command, options);
  add_asking_options(command, options);
  add_output_options(command, options);
}

std::expected<LintTask, std::string> check_lint_options(LintOptions options) { return Check(std::move(options)).run(); }

}  // namespace cli
