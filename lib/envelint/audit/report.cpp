#include <envelint/audit/report.hpp>

namespace envelint::audit {

std::string_view to_string(OverviewLine::State state) noexcept {
  switch (state) {
    case OverviewLine::State::found: return "found";
    case OverviewLine::State::nothing: return "nothing";
    case OverviewLine::State::unknown: break;
  }
  return "unknown";
}

std::string_view to_string(ProviderRow::Key key) noexcept {
  switch (key) {
    case ProviderRow::Key::found: return "found";
    case ProviderRow::Key::missing: return "missing";
    case ProviderRow::Key::not_known: break;
  }
  return "not_known";
}

std::string_view to_string(ResolverReport::Proof proof) noexcept {
  switch (proof) {
    case ResolverReport::Proof::proved: return "proved";
    case ResolverReport::Proof::unverified: return "unverified";
    case ResolverReport::Proof::partial: return "partial";
    case ResolverReport::Proof::none: break;
  }
  return "none";
}

Summary summarize(const DomainReport& domain) noexcept {
  Summary sum;
  sum.unknown = domain.unknown.size();
  for (const finding::Finding& finding : domain.findings) {
    switch (finding.severity) {
      case finding::Severity::error: ++sum.error; break;
      case finding::Severity::warning: ++sum.warning; break;
      case finding::Severity::notice: ++sum.notice; break;
      case finding::Severity::info: ++sum.info; break;
    }
  }
  return sum;
}

Summary summarize(const Report& report) noexcept {
  Summary sum;
  for (const DomainReport& domain : report.domains) {
    const Summary one = summarize(domain);
    sum.error += one.error;
    sum.warning += one.warning;
    sum.notice += one.notice;
    sum.info += one.info;
    sum.unknown += one.unknown;
  }
  return sum;
}

}  // namespace envelint::audit
