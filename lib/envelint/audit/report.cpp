#include <envelint/audit/report.hpp>

#include <algorithm>
#include <array>

namespace envelint::audit {
namespace {
constexpr std::array<std::string_view, 11> kKinds{"spf",  "dkim", "dmarc",   "mta_sts", "tls_rpt", "bimi",
                                                  "tlsa", "mx",   "address", "ptr",     "txt"};
}  // namespace

std::string_view to_string(Kind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::optional<Kind> parse_kind(std::string_view word) noexcept {
  const auto it = std::ranges::find(kKinds, word);
  if (it == kKinds.end()) return std::nullopt;
  return static_cast<Kind>(it - kKinds.begin());
}

Summary summarize(const DomainReport& domain) noexcept {
  Summary sum;
  sum.unknown = domain.unknown.size();
  for (const finding::Finding& finding : domain.findings) {
    switch (finding.severity) {
      case finding::Severity::error:
        ++sum.error;
        break;
      case finding::Severity::warning:
        ++sum.warning;
        break;
      case finding::Severity::notice:
        ++sum.notice;
        break;
      case finding::Severity::info:
        ++sum.info;
        break;
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
