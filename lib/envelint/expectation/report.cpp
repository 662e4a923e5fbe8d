#include <envelint/expectation/report.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace envelint::expectation {
namespace {

std::uint32_t index_of(audit::Report& report, const std::shared_ptr<const text::SourceFile>& file) {
  const auto known = std::ranges::find(report.files, file);
  const auto index = static_cast<std::uint32_t>(known - report.files.begin());
  if (known == report.files.end()) report.files.push_back(file);
  return index;
}

audit::DomainReport& report_of(audit::Report& report, const dns::Name& name) {
  for (audit::DomainReport& domain : report.domains) {
    if (!domain.domain.empty() && dns::Name::parse(domain.domain) == name) return domain;
  }
  report.domains.push_back(audit::DomainReport{.domain = name.to_string()});
  return report.domains.back();
}

}  // namespace

void add_to_report(audit::Report& report, const std::shared_ptr<const text::SourceFile>& file,
                   const Expectation& expectation, std::vector<Unmet> unmet) {
  const std::uint32_t index = index_of(report, file);
  audit::DomainReport& domain = report_of(report, expectation.name);
  audit::ExpectationReport out;
  out.count = expectation.count();
  for (Unmet& one : unmet) {
    if (one.finding) {
      ++out.not_met;
      one.finding->place->file = index;
      domain.findings.push_back(*std::move(one.finding));
    } else {
      const finding::FilePlace place{index, one.span};
      out.undecided.push_back(
          {std::move(one.expected), std::move(one.undecided->question), std::move(one.undecided->reason), place});
    }
  }
  domain.expectations = std::move(out);
}

}  // namespace envelint::expectation
