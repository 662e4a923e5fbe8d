#pragma once

#include <cstddef>
#include <string_view>

/// Where a DMARC record begins and ends in a text that holds more than it: quotes and names that were pasted along, and
/// signs that only look like a separator. Any bytes are taken.
namespace envelint::dmarc {

/// Where the record itself begins: past what cannot be seen, and past a name that was pasted before `v=DMARC1`.
[[nodiscard]] std::size_t find_record_start(std::string_view text);

/// The octets of the quotation mark, of whatever kind, at the end of a text; 0 without one.
[[nodiscard]] std::size_t size_of_closing_quote(std::string_view text);

/// The octets of the sign at the end of a text that looks like `;` or `,` and is neither; 0 without one.
[[nodiscard]] std::size_t size_of_foreign_separator(std::string_view text);

}  // namespace envelint::dmarc
