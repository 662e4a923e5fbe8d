#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/web/exchange.hpp>

#include <atomic>
#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <vector>

namespace envelint::web {

/// Looks a domain up and judges what it finds. Called on any thread; may take its time, but has to end.
/// @return the report, or why there is none, for a person
using DomainLint =
    std::function<std::expected<audit::Report, std::string>(dns::Name domain, std::vector<std::string> selectors)>;

/// Lints what somebody types into the page: a record, a zone file, the name of a domain. For every thread.
class LintDesk {
 public:
  static constexpr std::size_t kMostAtOnce = 2;    ///< the page is one place to lint, and mail is to go on
  static constexpr std::size_t kMostDomains = 50;  ///< of one zone that are looked at as a whole
  static constexpr std::size_t kMostSelectors = 20;
  /// Octets: a report may be a thousand times as long as what it is about, and be long in the making.
  static constexpr std::size_t kMostRecord = std::size_t{8} << 10;
  static constexpr std::size_t kMostZone = std::size_t{256} << 10;

  explicit LintDesk(DomainLint domain) : domain_(std::move(domain)) {}

  /// The document of `envelint lint --format json`, and what a terminal shows in `text`.
  [[nodiscard]] Reply answer(const Request& request);

 private:
  DomainLint domain_;
  std::atomic<std::size_t> at_work_ = 0;
};

/// Lints a zone file that is given as text. Nothing is opened and nobody is asked.
/// @param origin  completes relative names until the first `$ORIGIN`
[[nodiscard]] audit::Report lint_zone_text(std::string text, dns::Name origin);

}  // namespace envelint::web
