#pragma once

#include <envelint/audit/report.hpp>
#include <envelint/dkim/key_check.hpp>

namespace envelint::audit {

/// The report on a key and what is published for it: the TXT records at the selector, all that their text shows, and
/// what the comparison found. Pure.
[[nodiscard]] DomainReport report_key(const dns::Name& domain, const dkim::KeyCheckFacts& facts,
                                      const dkim::KeyVerdict& verdict);

/// The selectors that many domains and the known providers use: where a key may have got to.
[[nodiscard]] std::vector<std::string> likely_selectors();

}  // namespace envelint::audit
