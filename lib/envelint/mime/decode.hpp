#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// From the octets of a part to its content, and from that to UTF-8.
namespace envelint::mime {

/// Decodes a body leniently: what is no base64 in base64 is left out. An encoding that is not known leaves it as it is.
/// @param encoding  as in Part.
/// @return at most `most` octets; reads little more of `body` than that takes.
[[nodiscard]] std::string decode(std::string_view body, std::string_view encoding, std::size_t most);

/// How many octets `decode` gives for all of a body, in memory of constant size.
[[nodiscard]] std::uint64_t decoded_size(std::string_view body, std::string_view encoding);

/// Text as UTF-8. What the charset does not know becomes U+FFFD. A text in no charset, in ASCII or in one that is not
/// known here is read as UTF-8 if it is that, and else as windows-1252, as browsers do.
/// @return at most `most` octets, whole characters.
[[nodiscard]] std::string to_utf8(std::string_view text, std::string_view charset, std::size_t most);

/// Whether texts are converted from it. Only charsets of mail are: the C library has many more, of which some converters
/// have crashed on input, and none is loaded because a message names it.
[[nodiscard]] bool is_known_charset(std::string_view charset);

}  // namespace envelint::mime
