#pragma once

#include <envelint/finding/finding.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace envelint::audit {

/// Which findings a user wants to see, by codes or the beginning of codes (`SPF`, `SPF06`, `SPF062`), in any case.
/// The longest match decides; what matches neither list is shown, unless `select` is not empty.
struct Selection {
  std::vector<std::string> select;
  std::vector<std::string> ignore;

  [[nodiscard]] bool keeps(finding::Code code) const noexcept;
};

/// Whether `pattern` is a code or the beginning of some codes of the catalogue.
[[nodiscard]] bool is_known_pattern(std::string_view pattern) noexcept;

/// The length of the pattern when the code begins with it, else 0.
[[nodiscard]] std::size_t match_length(std::string_view pattern, finding::Code code) noexcept;

}  // namespace envelint::audit
