#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::mime {

/// Octets of a field that are decoded; nobody reads more of a subject.
inline constexpr std::size_t kMaxFieldText = 4096;

/// The value of a field as a person reads it: unfolded, with encoded words decoded (RFC 2047). UTF-8, and bytes of
/// others: whoever shows it makes hidden characters visible.
[[nodiscard]] std::string decoded(std::string_view value);

}  // namespace envelint::mime
