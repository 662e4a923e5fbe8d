#pragma once

#include <envelint/audit/kind.hpp>
#include <envelint/audit/selection.hpp>
#include <envelint/dns/text.hpp>
#include <envelint/finding/finding.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace envelint::audit {

/// How often a mended text is judged again for what the mending has brought to light.
inline constexpr int kMaxFixRounds = 10;

/// The edits of all safe fixes among the findings a selection keeps, worst findings first; a fix that touches bytes of
/// one already taken is left for the next round.
[[nodiscard]] std::vector<finding::Edit> safe_edits(const std::vector<finding::Finding>& findings,
                                                    const Selection& selection);

/// `value` with every safe fix made, judged again and mended again until nothing is left or kMaxFixRounds are over.
[[nodiscard]] std::string fix_value(Kind kind, const dns::Text& value, std::string_view owner,
                                    const Selection& selection);

}  // namespace envelint::audit
