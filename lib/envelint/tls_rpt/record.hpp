#pragma once

#include <envelint/text/field_list.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// TLS reporting (RFC 8460): a domain names addresses to which senders report, once a day, how delivering over TLS
/// went. A TXT record at `_smtp._tls.<domain>` holds them.
namespace envelint::tls_rpt {

/// What a record of this kind begins with.
inline constexpr text::FieldListKind kRecordKind{"v=TLSRPTv1", "_smtp._tls"};

/// More addresses than any real record has; bounds the work a hostile one can cause.
inline constexpr std::size_t kMaxUris = 32;

/// One address of the list in `rua=`.
struct Uri {
  enum class Scheme : std::uint8_t {
    mailto,
    https,
    http,     ///< not a scheme of RFC 8460
    unknown,  ///< another scheme
    none,     ///< no scheme
  };
  enum class Fault : std::uint8_t {
    none,
    empty,          ///< nothing between two commas
    scheme,         ///< `scheme` is not mailto or https
    slashes,        ///< `mailto://`
    address,        ///< what follows `mailto:` is no address
    host,           ///< what follows `https:` is not `//` and a host
    white_space,    ///< white space inside
    unencoded,      ///< `!`, which has to be written `%21`
    foreign_octet,  ///< an octet outside ASCII: dns::check_text says so
  };
  text::Span span;  ///< without white space around; empty for Fault::empty
  Scheme scheme = Scheme::none;
  Fault fault = Fault::none;
  text::Span place;  ///< where the fault is

  friend bool operator==(const Uri&, const Uri&) = default;
};

/// What is wrong with a record, beyond what text::FieldFault and Uri::Fault tell.
struct RecordFault {
  enum class Kind : std::uint8_t {
    rua_missing,       ///< no field is called `rua`; empty span where one could be added
    rua_letter_case,   ///< `RUA`: names are matched with their case
    rua_empty,         ///< `rua=` names no address
    rua_repeated,      ///< a second `rua`
    version_repeated,  ///< a second `v`
    name_invalid,      ///< the name of an extension field
    value_invalid,     ///< the value of an extension field
    too_many_uris,     ///< more than kMaxUris; the rest is not read
    foreign_octet,     ///< an octet outside ASCII in a name or value: dns::check_text says so
  };
  Kind kind;
  text::Span span;
  std::uint32_t field = 0;  ///< index into the fields, where it is about one

  friend bool operator==(const RecordFault&, const RecordFault&) = default;
};

/// The TXT record `v=TLSRPTv1; rua=…` (RFC 8460 §3), as far as it can be read. All spans are offsets into its value.
struct Record {
  text::FieldList list;
  std::optional<std::uint32_t> rua;  ///< index of the field that is `rua`, right or wrong
  std::vector<Uri> uris;             ///< of that field, in order
  std::vector<text::Span> gaps;      ///< white space beside commas of the list, which is legal
  std::vector<RecordFault> faults;

  /// Whether a reporter that follows the RFC can use the record: it begins with `v=TLSRPTv1`, names at least one
  /// address, and everything in it follows the grammar.
  [[nodiscard]] bool valid() const noexcept;
};

/// Reads a record and never stops at a fault.
///
/// @param value  the joined TXT value; any bytes. Not kept. Never throws but for memory; linear in its length.
[[nodiscard]] Record parse(std::string_view value);

/// The record in its plain form, `v=TLSRPTv1; rua=mailto:a@example.com,https://example.com/r`. What could not be read
/// as a field is left out.
[[nodiscard]] std::string print(std::string_view value, const Record& record);

}  // namespace envelint::tls_rpt
