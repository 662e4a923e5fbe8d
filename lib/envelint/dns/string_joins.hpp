#pragma once

#include <envelint/dns/text.hpp>
#include <envelint/text/span.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace envelint::dns {

/// The joins of an SPF value at which a space was meant: the word across the join is no term, and both its halves
/// are. Only what is certain: a join inside an address, a host name or a macro is never among them.
/// The rules of SPF leave words across these joins to DNS010.
[[nodiscard]] std::vector<std::uint32_t> lost_spaces(const Text& text);

/// The characters around an offset up to the next space on either side, cut off far beyond the length of any term.
[[nodiscard]] text::Span word_around(std::string_view value, std::size_t offset);

}  // namespace envelint::dns
