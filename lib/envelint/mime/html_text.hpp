#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::mime {

/// The text in HTML, as a person reads it: without tags, comments, styles and scripts, with character references
/// resolved, and with a line for each block. Linear in the length of `html`.
/// @param html  UTF-8.
/// @param most  octets that come out.
[[nodiscard]] std::string html_text(std::string_view html, std::size_t most);

}  // namespace envelint::mime
