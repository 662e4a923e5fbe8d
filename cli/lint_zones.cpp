#include "lint_zones.hpp"

#include "atomic_write.hpp"
#include "domain_run.hpp"
#include "exit_status.hpp"
#include "expectation_run.hpp"
#include "interrupt.hpp"
#include "lint_output.hpp"
#include "screen.hpp"

#include <envelint/audit/live_comparison.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/audit/zone_domains.hpp>
#include <envelint/audit/zone_fix.hpp>
#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/dns/zone_disk.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/text/line_diff.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

/// What is known of a domain is kept until the whole file is judged; this many take some 100 MB.
constexpr std::size_t kMostDomains = 2000;

class Zones {
 public:
  Zones(const LintTask& task, dns::Zone zone)
      : task_(task), zone_(std::move(zone)), selectors_(audit::selectors_of(zone_)) {}

  int run() {
    auto dns = DnsSource::open(options_for_file(), &zone_, Outside::unknown);
    if (!dns) return complain(dns.error()), kUsage;
    if (!can_ask_authoritative(task_.options, **dns)) return kUsage;
    if (!choose_domains((*dns)->loop())) return kUsage;
    std::optional<ExpectationRun> expected;
    if (task_.expectations) expected.emplace(*task_.expectations).check(**dns, task_.options.jobs, task_.timeout);
    const int signal = collect(**dns);
    if (const auto fault = (*dns)->save()) return complain(*fault), kUsage;
    if (signal != 0) end_by_signal(signal);
    if (task_.options.compare_live && !compare_with_live()) return kUsage;
    audit::Report report = audit::audit_zone(zone_, named_, facts_);
    if (expected) {
      expected->add_known(report);
      expected->add_rest(report);
    }
    const bool judged = says_something(report);
    const int status = show(std::move(report), task_.options);
    return judged ? status : kUsage;
  }

 private:
  // Those that were named, else the mail domains of whole zones. A piece of a zone says nothing by what it lacks.
  bool choose_domains(io::EventLoop& loop) {
    auto list = DomainList::open(loop, task_.domains, task_.options.domains_file);
    if (!list) return complain(list.error()), false;
    loop.run(read_names(list->get()));
    if (!(*list)->all_read()) return false;
    wanted_ = named_;
    if (named_.empty() && dns::ZoneScope(zone_).is_whole_zone()) wanted_ = audit::mail_domains(zone_);
    if (wanted_.size() <= kMostDomains) return true;
    complain(
        fmt::format("{} domains are too many to look at each as a whole; all but the first {} are judged record by "
                    "record. Name those that matter",
                    wanted_.size(), kMostDomains));
    wanted_.resize(kMostDomains);
    return true;
  }

  task::Task<void> read_names(DomainList* list) {
    while (auto name = co_await list->next()) named_.push_back(*std::move(name));
  }

  int collect(DnsSource& dns) {
    auto list = DomainList::open(dns.loop(), wanted_, {});
    DomainRunOptions options;
    options.jobs = task_.options.jobs;
    options.timeout = task_.timeout;
    options.authoritative = task_.options.authoritative;
    options.dns = task_.options.dns;
    options.selectors = [this](const dns::Name& name) { return selectors_for(name); };
    Progress progress(dns.loop(), terminal_of_errors());
    DomainRun run(dns, **list, std::move(options), progress);
    return run.run([this](audit::DomainFacts facts) { facts_.push_back(std::move(facts)); });
  }

  // The network is asked only for what it is compared with.
  [[nodiscard]] DnsOptions options_for_file() const {
    return task_.options.compare_live ? DnsOptions() : task_.options.dns;
  }

  bool compare_with_live() {
    auto live = DnsSource::open(task_.options.dns, nullptr, Outside::unknown);
    if (!live) return complain(live.error()), false;
    dns::ZoneResolver file(zone_);
    for (audit::DomainFacts& facts : facts_) {
      const io::EventLoop& loop = (*live)->loop();
      dns::DeadlineResolver in_time((*live)->resolver(), (*live)->loop(), loop.after(task_.timeout));
      dns::BoundedResolver noted(in_time, {});
      facts.live_differences =
          (*live)->run(audit::compare_with_live(file, noted, audit::mail_questions(zone_, facts.domain)));
      (*live)->record(noted.unanswered());
      facts.unanswered.insert(facts.unanswered.end(), noted.unanswered().begin(), noted.unanswered().end());
    }
    if (const auto fault = (*live)->save()) return complain(*fault), false;
    return true;
  }

  // A file tells which selectors there are; nobody has to guess.
  [[nodiscard]] std::vector<std::string> selectors_for(const dns::Name& name) const {
    if (!task_.options.selectors.empty()) return task_.options.selectors;
    const auto found = selectors_.find(name);
    return found == selectors_.end() ? std::vector<std::string>() : found->second;
  }

  // Whether anything was judged; complains about domains of which the files know nothing.
  [[nodiscard]] bool says_something(const audit::Report& report) const {
    const std::string& file = task_.options.zones.paths.front();
    if (report.domains.empty()) complain(file + ": no mail records are in it");
    bool any = !report.domains.empty() || !zone_.records.empty();
    for (const audit::DomainReport& domain : report.domains) {
      if (!domain.records.empty() || !domain.findings.empty() || domain.expectations || named_.empty() ||
          task_.options.dns.overlay)
        continue;
      complain(fmt::format("{}: nothing about `{}` is in it", file, domain.domain));
      any = false;
    }
    return any;
  }

  const LintTask& task_;
  dns::Zone zone_;
  std::unordered_map<dns::Name, std::vector<std::string>> selectors_;
  std::vector<dns::Name> named_;
  std::vector<dns::Name> wanted_;
  std::vector<audit::DomainFacts> facts_;
};

// A diff of one file on standard output, or with --write the file itself.
bool fix_file(const LintTask& task, const audit::FixedFile& file) {
  if (!task.options.write) {
    const std::string diff = text::unified_diff(file.path, file.before, file.after);
    // `patch` needs the bytes as they are; a terminal would obey some of them.
    std::cout << (standard_output().terminal ? visible_lines(diff) : diff);
    return true;
  }
  if (const auto fault = replace_file(file.path, file.before, file.after)) {
    complain(fmt::format("{}: {}", file.path, *fault));
    return false;
  }
  fmt::print(stderr, "{}: mended\n", text::visible(file.path));
  return true;
}

int fix_zones(const LintTask& task) {
  for (const std::string& path : task.options.zones.paths) {
    const auto options = zone_options(task.options.zones, path);
    if (!options) return complain(options.error()), kUsage;
    const auto text = dns::open_zone_file(path);
    if (!text) return complain(fmt::format("{}: {}", path, text.error())), kUsage;
    for (const auto& file : audit::fix_zone(*text, *options, task.options.selection)) {
      if (!fix_file(task, file)) return kUsage;
    }
  }
  return kOk;
}

}  // namespace

int lint_zones(const LintTask& task) {
  if (task.options.fix) return fix_zones(task);
  auto zone = read_zones(task.options.zones);
  if (!zone) return complain(zone.error()), kUsage;
  return Zones(task, *std::move(zone)).run();
}

}  // namespace cli
