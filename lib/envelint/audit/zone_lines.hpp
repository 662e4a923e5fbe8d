#pragma once

#include <envelint/dns/name.hpp>
#include <envelint/dns/resolver.hpp>

#include <string>
#include <string_view>

namespace envelint::audit {

/// `labels.domain`, for messages.
[[nodiscard]] std::string name_below(std::string_view labels, const dns::Name& domain);

/// A record as it is typed into a zone file: `_dmarc.example.com. TXT "v=DMARC1; p=reject"`. Text of more than 255
/// octets becomes several strings.
/// @param owner  without final dot.
[[nodiscard]] std::string txt_line(std::string_view owner, std::string_view value);

/// The first text of an answer, or nothing: for showing what stands somewhere.
[[nodiscard]] std::string_view first_text(const dns::Answer& answer);

}  // namespace envelint::audit
