#pragma once

#include <cstddef>
#include <string_view>

namespace envelint::web {

/// Values in a body. The largest that is asked for has some twenty.
inline constexpr std::size_t kMaxJsonValues = 1000;

/// Whether a JSON text has no more values and levels than that, as can be told before it is parsed: each value takes some
/// eighty octets of memory, though it may have one octet of text. Linear; what is no JSON gets some answer.
[[nodiscard]] bool has_few_values(std::string_view json) noexcept;

}  // namespace envelint::web
