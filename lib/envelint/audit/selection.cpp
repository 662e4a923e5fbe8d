#include <envelint/audit/selection.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::audit {
namespace {

std::size_t longest_match(const std::vector<std::string>& patterns, finding::Code code) {
  std::size_t longest = 0;
  for (const std::string& pattern : patterns) longest = std::max(longest, match_length(pattern, code));
  return longest;
}

}  // namespace

std::size_t match_length(std::string_view pattern, finding::Code code) noexcept {
  return text::istarts_with(finding::entry(code).id, pattern) ? pattern.size() : 0;
}

bool is_known_pattern(std::string_view pattern) noexcept {
  return !pattern.empty() && std::ranges::any_of(finding::catalogue(), [&](const finding::CatalogueEntry& entry) {
    return text::istarts_with(entry.id, pattern);
  });
}

bool Selection::keeps(finding::Code code) const noexcept {
  const std::size_t selected = longest_match(select, code);
  const std::size_t ignored = longest_match(ignore, code);
  if (selected == 0 && !select.empty()) return false;
  return selected > ignored || ignored == 0;
}

}  // namespace envelint::audit
