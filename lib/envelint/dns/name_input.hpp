#pragma once

#include <envelint/dns/name.hpp>

#include <expected>
#include <string>
#include <string_view>

namespace envelint::dns {

/// Reads a domain name as people give it, `bücher.example` among them (dns/idna.hpp).
/// @return the name, or what is wrong with the text: a sentence that begins with it.
[[nodiscard]] std::expected<Name, std::string> parse_domain(std::string_view text);

/// The same for what may be any name, such as `_dmarc.example.com`, or the root.
[[nodiscard]] std::expected<Name, std::string> parse_name(std::string_view text);

}  // namespace envelint::dns
