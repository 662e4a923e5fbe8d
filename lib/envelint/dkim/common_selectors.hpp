#pragma once

#include <span>
#include <string_view>

namespace envelint::dkim {

/// The selectors that most domains use, the commonest first: what to try when nothing tells which a domain has.
///
/// Counted from selectors seen in mail and in zones that are kept in public repositories (2026); selectors that a
/// single domain or host uses are left out.
[[nodiscard]] std::span<const std::string_view> common_selectors() noexcept;

}  // namespace envelint::dkim
