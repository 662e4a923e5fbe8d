#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace envelint::dns {

/// A domain name with its U-labels as A-labels: `xn--bcher-kva.example` for `bücher.example` (IDNA2008 with the
/// mapping of UTS #46, as browsers do it). Labels that are ASCII stay as they are, underscores and all.
/// @return nothing when the text is no UTF-8, or holds something that no domain name can.
[[nodiscard]] std::optional<std::string> to_a_labels(std::string_view name);

}  // namespace envelint::dns
