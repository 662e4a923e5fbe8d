#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace envelint::finding {

/// How bad a finding is, by what receivers do about it, mildest first so that `<` compares.
enum class Severity : std::uint8_t {
  info,     ///< worth knowing; nothing to do
  notice,   ///< works, and could be better
  warning,  ///< weaker than it was meant to be
  error,    ///< mail is lost, or receivers ignore the record
};

/// The lower-case word for a severity: "error", "warning", "notice", "info".
[[nodiscard]] std::string_view to_string(Severity severity) noexcept;
/// The severity a word names, or nothing.
[[nodiscard]] std::optional<Severity> parse_severity(std::string_view word) noexcept;

/// What the catalogue says about a finding's fix.
enum class FixKind : std::uint8_t {
  none,       ///< no rewrite can know what was meant
  suggested,  ///< a rewrite is proposed; a person has to agree
  safe,       ///< a rewrite that keeps what was meant
};

[[nodiscard]] std::string_view to_string(FixKind kind) noexcept;

}  // namespace envelint::finding
