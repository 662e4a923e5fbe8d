#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace envelint::smtp {

/// Decodes xtext (RFC 3461 §4): printable ASCII, with `+2B` for any octet. Nothing if it is none.
[[nodiscard]] std::optional<std::string> xtext_decode(std::string_view text);

}  // namespace envelint::smtp
