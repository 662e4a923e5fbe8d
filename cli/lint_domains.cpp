#include "lint_domains.hpp"

#include "domain_run.hpp"
#include "exit_status.hpp"
#include "expectation_run.hpp"
#include "interrupt.hpp"
#include "lint_output.hpp"

#include <envelint/audit/judge_domain.hpp>
#include <envelint/audit/report.hpp>
#include <envelint/render/json.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

/// Whether the source of answers, a recording, holds none of the questions about the domain itself.
bool is_outside(const audit::DomainFacts& facts) {
  const dns::Answer* const answers[] = {&facts.txt, &facts.mx, &facts.a, &facts.aaaa};
  return std::ranges::all_of(answers, [](const dns::Answer* answer) {
    return answer->unknown() && answer->trouble == dns::Trouble::outside;
  });
}

class Domains {
 public:
  Domains(const LintTask& task, DnsSource& dns, DomainList& list)
      : task_(task),
        list_(list),
        dns_(dns),
        progress_(dns.loop(), terminal_of_errors()),
        run_(dns, list, options(), progress_) {
    list.before_complaint([this] { progress_.clear(); });
  }

  int run() {
    if (task_.expectations) {
      expected_.emplace(*task_.expectations).check(dns_, task_.options.jobs, task_.timeout);
    }
    const int signal = run_.run([this](const audit::DomainFacts& facts) { take(facts); });
    progress_.clear();
    if (expected_ && signal == 0) add_rest();
    int status = streams() ? tally_.status(task_.options.fail_on) : kOk;
    if (!streams() && !report_.domains.empty()) status = show(std::move(report_), task_.options);
    std::cout.flush();
    if (const auto fault = dns_.save()) return complain(*fault), kUsage;
    if (signal != 0) {
      complain(
          fmt::format("interrupted: {} of the domains {} reported, and no others", taken_, taken_ == 1 ? "is" : "are"));
      end_by_signal(signal);
    }
    if (list_.count() == 0 && list_.all_read()) complain("the list holds no domain");
    return list_.count() == 0 || !list_.all_read() || !all_known_ ? kUsage : status;
  }

 private:
  [[nodiscard]] bool streams() const { return task_.options.format == "ndjson"; }

  [[nodiscard]] DomainRunOptions options() const {
    DomainRunOptions options;
    options.jobs = task_.options.jobs;
    options.unordered = task_.options.unordered;
    options.timeout = task_.timeout;
    options.authoritative = task_.options.authoritative;
    options.dns = task_.options.dns;
    options.selectors = [this](const dns::Name&) { return task_.options.selectors; };
    return options;
  }

  void take(const audit::DomainFacts& facts) {
    ++taken_;
    if (is_outside(facts)) {
      progress_.clear();
      complain(fmt::format("{}: nothing was asked about `{}` in this recording", task_.options.dns.replay,
                           facts.domain.to_string()));
      all_known_ = false;
    }
    if (!streams()) {
      report_.domains.push_back(audit::judge_domain(facts));
      return;
    }
    audit::Report one;
    one.domains.push_back(audit::judge_domain(facts));
    if (expected_) expected_->add_known(one);
    stream(std::move(one));
  }

  // Names of which something is expected and that were not among the domains.
  void add_rest() {
    if (!streams()) {
      expected_->add_known(report_);
      expected_->add_rest(report_);
      return;
    }
    audit::Report rest;
    expected_->add_rest(rest);
    if (!rest.domains.empty()) stream(std::move(rest));
  }

  void stream(audit::Report one) {
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
  std::optional<ExpectationRun> expected_;
  audit::Report report_;
  LintTally tally_;
  std::size_t taken_ = 0;
  bool all_known_ = true;
};

}  // namespace

int lint_domains(const LintTask& task) {
  auto dns = DnsSource::open(task.options.dns, nullptr, Outside::unknown);
  if (!dns) return complain(dns.error()), kUsage;
  if (!can_ask_authoritative(task.options, **dns)) return kUsage;
  auto list = DomainList::open((*dns)->loop(), task.domains, task.options.domains_file);
  if (!list) return complain(list.error()), kUsage;
  return Domains(task, **dns, **list).run();
}

}  // namespace cli
