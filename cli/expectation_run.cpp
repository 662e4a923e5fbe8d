#include "expectation_run.hpp"

#include <envelint/dns/bounded_resolver.hpp>
#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/expectation/report.hpp>
#include <envelint/task/gather.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <utility>

namespace cli {

using namespace envelint;
using expectation::Expectation;

namespace {

// One octet more than a file may have, so that one that is too large is told.
std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(expectation::kMaxFileOctets + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!in.is_open() || in.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace

std::expected<expectation::Expectations, std::vector<std::string>> read_expectation_file(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::unexpected(std::vector{fmt::format("{}: it cannot be read", path)});
  auto read = expectation::read_expectations(path, *std::move(text));
  if (read) return *std::move(read);
  std::vector<std::string> faults;
  for (const expectation::Fault& fault : read.error()) {
    faults.push_back(fmt::format("{}:{}:{}: {}", path, fault.place.line, fault.place.column, fault.message));
  }
  return std::unexpected(std::move(faults));
}

void ExpectationRun::check(DnsSource& dns, std::size_t jobs, std::chrono::milliseconds timeout) {
  unmet_.resize(expectations_.names.size());
  told_.resize(expectations_.names.size());
  for (std::size_t i = 0; i < expectations_.names.size(); ++i) index_.emplace(expectations_.names[i].name, i);
  dns.run(check_all(&dns, jobs, timeout));
}

task::Task<void> ExpectationRun::check_all(DnsSource* dns, std::size_t jobs, std::chrono::milliseconds timeout) {
  std::vector<task::Task<void>> workers;
  for (std::size_t i = 0; i < std::min(jobs, expectations_.names.size()); ++i) {
    workers.push_back(check_next(dns, timeout));
  }
  co_await task::gather(std::move(workers));
}

// One name after the other, until none is left.
task::Task<void> ExpectationRun::check_next(DnsSource* dns, std::chrono::milliseconds timeout) {
  while (next_ < expectations_.names.size()) {
    const std::size_t index = next_++;
    dns::DeadlineResolver in_time(dns->resolver(), dns->loop(), dns->loop().after(timeout));
    dns::QuestionBudget no_bound;  // a check has bounds of its own
    no_bound.questions = std::numeric_limits<std::size_t>::max();
    dns::BoundedResolver noted(in_time, std::move(no_bound));
    Expectation expectation = expectations_.names[index];
    auto checking = expectation::check(noted, std::move(expectation), suffixes_);
    unmet_[index] = co_await std::move(checking);
    dns->record(noted.unanswered());
  }
}

void ExpectationRun::add_known(audit::Report& report) {
  for (std::size_t i = 0; i < report.domains.size(); ++i) {
    const auto name = dns::Name::parse(report.domains[i].domain);
    const auto known = name ? index_.find(*name) : index_.end();
    if (known != index_.end()) add(report, known->second);
  }
}

void ExpectationRun::add_rest(audit::Report& report) {
  for (std::size_t i = 0; i < expectations_.names.size(); ++i) {
    if (!told_[i]) add(report, i);
  }
}

void ExpectationRun::add(audit::Report& report, std::size_t index) {
  told_[index] = true;
  expectation::add_to_report(report, expectations_.file, expectations_.names[index], unmet_[index]);
}

}  // namespace cli
