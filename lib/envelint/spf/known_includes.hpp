#pragma once

#include <optional>
#include <string_view>

namespace envelint::spf {

/// The include target that many domains use and that `domain` misses by one letter: a letter too many, too few,
/// replaced or swapped. Nothing when `domain` is itself one of them, or near none. `spf1.` and `spfb.` beside `spf.`
/// are siblings, not misspellings.
///
/// The table is counted from the SPF records of public bodies in about 180 countries (mxmap.it and its sister
/// projects, MIT licence, 2026).
[[nodiscard]] std::optional<std::string_view> near_known_include(std::string_view domain);

}  // namespace envelint::spf
