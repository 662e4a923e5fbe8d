#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace envelint::rehearsal {

/// A message to rehearse with, with CRLF and not signed: a header with all that readers look at, and a MIME body with
/// what weak software on the way changes: a long line, a line that begins with `From `, one that is a dot, blanks at
/// the end of a line, and letters outside ASCII.
///
/// @param from      an address, `local-part@domain`; without CR and LF
/// @param unix_time  of Date and Message-ID, in seconds since 1970
[[nodiscard]] std::string sample_message(std::string_view from, std::uint64_t unix_time);

/// A message as a mailing list passes it on (RFC 7960 §3.2.3): with a tag in its subject and a footer under its body.
/// @param message  any octets
[[nodiscard]] std::string as_a_list_passes_it_on(std::string_view message);

/// A time as the Date field has it (RFC 5322 §3.3), in UTC: `Fri, 27 Nov 2026 05:00:00 +0000`.
[[nodiscard]] std::string date_of(std::uint64_t unix_time);

}  // namespace envelint::rehearsal
