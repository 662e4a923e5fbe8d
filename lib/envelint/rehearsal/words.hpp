#pragma once

#include <envelint/rehearsal/rehearse.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Words for what a rehearsal comes to.
namespace envelint::rehearsal {

/// `1 sender`, `3 senders`.
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

/// `a`; `a and b`; `a, b and c`; `a, b, c and 4 more`.
[[nodiscard]] std::string list_of(const std::vector<std::string>& items);

/// The addresses of these rows, as `list_of` has them.
[[nodiscard]] std::string addresses_of(const Rehearsal& rehearsal, const std::vector<std::size_t>& rows);

/// The first row of a scene, or nullptr.
[[nodiscard]] const Delivery* row_of(const Rehearsal& rehearsal, Scene scene);

}  // namespace envelint::rehearsal
