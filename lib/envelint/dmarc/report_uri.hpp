#pragma once

#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// The addresses in `rua` and `ruf` (RFC 9989 §4.6, §4.8): URIs with commas between them, nearly always `mailto:`.
namespace envelint::dmarc {

using text::Span;

/// More addresses than any real record has; bounds the work a hostile one can cause.
inline constexpr std::size_t kMaxUris = 64;

/// Why a receiver cannot send a report to a URI.
enum class UriFault : std::uint8_t {
  none,
  empty,          ///< nothing between two commas, or after the last
  no_scheme,      ///< an address without `mailto:`
  bad_scheme,     ///< `maito:`, `mailto=`, `mailto://`, `mailto:mailto:`: the text before the address is not `mailto:`
  brackets,       ///< `<a@b>` or quotes around the address
  placeholder,    ///< a template's hole that nobody filled: `<your address>`, `${rua}`
  space,          ///< white space inside the address
  no_at,          ///< `mailto:` and no `@` after it
  bad_local,      ///< the part before the `@` is no local part (RFC 5321 §4.1.2)
  bad_domain,     ///< the part after the `@` is no full domain name
  bad_percent,    ///< `%` without two hexadecimal digits (RFC 3986 §2.1)
  bad_character,  ///< a byte that no URI may hold (RFC 3986 §2)
  raw_comma,      ///< a comma inside the address, to be written `%2C`
  raw_exclamation,  ///< an exclamation mark inside the address, to be written `%21`
  run_on,           ///< the next address follows without a comma; `fault_span` is what stands between them
};

/// `!10m` after a URI: the largest report wanted. RFC 7489 receivers heed it, RFC 9989 receivers do not.
struct SizeLimit {
  Span span;
  std::uint64_t bytes = 0;  ///< saturates
};

/// One URI of a list. All spans are offsets into the record's joined value.
struct ReportUri {
  Span span;     ///< white space around left out, size limit included
  Span scheme;   ///< without its colon; empty when there is none
  Span address;  ///< `local@domain` as far as it can be made out, else empty
  Span host;     ///< the domain of the address; empty where `address` is
  std::optional<SizeLimit> limit;
  UriFault fault = UriFault::none;
  Span fault_span;       ///< the smallest text that is wrong
  bool failure = false;  ///< from `ruf`; otherwise from `rua`
  bool read = true;      ///< receivers see exactly this URI: its tag is read, and nothing is glued to it

  /// Whether a receiver sees a syntactically valid URI here (RFC 9989 §4.10.1).
  [[nodiscard]] bool usable() const noexcept { return read && fault == UriFault::none; }
};

/// Reads the list in `text` at `list` and appends to `out`, up to kMaxUris in all.
void read_uri_list(std::string_view text, Span list, bool failure, std::vector<ReportUri>& out);

/// Whether the scheme is `mailto`, in any case.
[[nodiscard]] bool is_mailto(std::string_view text, const ReportUri& uri) noexcept;

}  // namespace envelint::dmarc
