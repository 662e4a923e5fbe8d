#include <envelint/finding/severity.hpp>

#include <array>

namespace envelint::finding {
namespace {
constexpr std::array<std::string_view, 4> kSeverities{"info", "notice", "warning", "error"};
constexpr std::array<std::string_view, 3> kFixKinds{"none", "suggested", "safe"};
}  // namespace

std::string_view to_string(Severity severity) noexcept { return kSeverities[static_cast<std::size_t>(severity)]; }

std::optional<Severity> parse_severity(std::string_view word) noexcept {
  for (std::size_t i = 0; i < kSeverities.size(); ++i) {
    if (kSeverities[i] == word) return static_cast<Severity>(i);
  }
  return std::nullopt;
}

std::string_view to_string(FixKind kind) noexcept { return kFixKinds[static_cast<std::size_t>(kind)]; }

}  // namespace envelint::finding
