#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace envelint::audit {

/// What a record is for. The names are those of the JSON field `kind`.
enum class Kind : std::uint8_t { spf, dkim, dmarc, mta_sts, tls_rpt, bimi, tlsa, mx, address, ptr, txt };

[[nodiscard]] std::string_view to_string(Kind kind) noexcept;
[[nodiscard]] std::optional<Kind> parse_kind(std::string_view word) noexcept;

/// What a TXT record at a known name is for: by its name where the protocol fixes one (`_dmarc`, `_domainkey`,
/// `_mta-sts`, `_smtp._tls`, `_bimi`), else SPF when its value is, or was surely meant to be, an SPF record.
/// @param owner  the owner name without final dot, in any case.
[[nodiscard]] Kind kind_of_txt(std::string_view owner, std::string_view value);

/// What a value that was pasted in without a name is for, by its looks. `Kind::txt` when it looks like nothing known.
/// MX and TLSA data in presentation form are recognised too.
[[nodiscard]] Kind kind_of_value(std::string_view value);

}  // namespace envelint::audit
