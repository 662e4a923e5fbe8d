#include "lint_domains.hpp"

#include "domain_run.hpp"
#include "exit_status.hpp"
#include "interrupt.hpp"
#include "lint_output.hpp"

#include <envelint/audit/judge_domain.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/render/json.hpp>

#include <algorithm>
#include <iostream>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

class Domains {
 public:
  Domains(const LintTask& task, DnsSource& dns, DomainList& list)
      : task_(task),
        list_(list),
        dns_(dns),
        progress_(dns.loop(), terminal_of_errors()),
        run_(dns, list, options(), progress_) {}

  int run() {
    const int signal = run_.run([this](const audit::DomainFacts& facts) { take(facts); });
    progress_.clear();
    int status = streams() ? tally_.status(task_.options.fail_on) : kOk;
    if (!streams() && !report_.domains.empty()) status = show(std::move(report_), task_.options);
    std::cout.flush();
    if (const auto fault = dns_.save()) return complain(*fault), kUsage;
    if (signal != 0) end_by_signal(signal);
    if (list_.count() == 0 && list_.all_read()) complain("the list holds no domain");
    return list_.count() == 0 || !list_.all_read() ? kUsage : status;
  }

 private:
  [[nodiscard]] bool streams() const { return task_.options.format == "ndjson"; }

  [[nodiscard]] DomainRunOptions options() const {
    DomainRunOptions options;
    options.jobs = task_.options.jobs;
    options.unordered = task_.options.unordered;
    options.timeout = task_.timeout;
    options.selectors = [this](const dns::Name&) { return task_.options.selectors; };
    return options;
  }

  void take(const audit::DomainFacts& facts) {
    if (!streams()) {
      report_.domains.push_back(audit::judge_domain(facts));
      return;
    }
    audit::Report one;
    one.domains.push_back(audit::judge_domain(facts));
    select(one, task_.options.selection);
    tally_.add(one);
    progress_.clear();
    std::cout << render::ndjson(one);
    std::cout.flush();
    if (!std::cout) run_.stop();  // nobody reads it any more; main says so
  }

  const LintTask& task_;
  DomainList& list_;
  DnsSource& dns_;
  Progress progress_;
  DomainRun run_;
  audit::Report report_;
  LintTally tally_;
};

}  // namespace

int lint_domains(const LintTask& task) {
  auto dns = DnsSource::open(task.options.dns, nullptr, Outside::unknown);
  if (!dns) return complain(dns.error()), kUsage;
  auto list = DomainList::open((*dns)->loop(), task.domains, task.options.domains_file);
  if (!list) return complain(list.error()), kUsage;
  return Domains(task, **dns, **list).run();
}

}  // namespace cli
