#pragma once

#include <envelint/text/field_list.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// MTA-STS (RFC 8461): a domain promises that its mail servers take mail over verified TLS. A TXT record at
/// `_mta-sts.<domain>` says that there is a policy, and by a new `id` that it has changed; the policy itself is a file
/// on a web server.
namespace envelint::mta_sts {

/// RFC 8461 §3.1: `1*32(ALPHA / DIGIT)`.
inline constexpr std::size_t kMaxId = 32;

/// What a record of this kind begins with.
inline constexpr text::FieldListKind kRecordKind{"v=STSv1", "_mta-sts"};

/// What is wrong with a field, beyond what text::FieldFault tells.
struct RecordFault {
  enum class Kind : std::uint8_t {
    id_missing,        ///< no field is called `id`; empty span where one could be added
    id_letter_case,    ///< `ID`: names are matched with their case, so this is no `id`
    id_invalid,        ///< the value of `id` is not 1 to 32 letters and digits
    id_repeated,       ///< a second `id`
    version_repeated,  ///< a second `v`
    name_invalid,      ///< the name of an extension field
    value_invalid,     ///< the value of an extension field
    foreign_octet,     ///< an octet outside ASCII in a name or value: dns::check_text says so
  };
  Kind kind;
  text::Span span;
  std::uint32_t field = 0;  ///< index into the fields, where it is about one

  friend bool operator==(const RecordFault&, const RecordFault&) = default;
};

/// The TXT record `v=STSv1; id=…;` (RFC 8461 §3.1), as far as it can be read. All spans are offsets into its value.
struct Record {
  text::FieldList list;
  std::optional<std::uint32_t> id;  ///< index of the field that is `id`, right or wrong
  std::vector<RecordFault> faults;

  /// Whether a sender that follows the RFC can use the record: it begins with `v=STSv1`, has an `id`, and every
  /// field follows the grammar.
  [[nodiscard]] bool valid() const noexcept;
};

/// Reads a record and never stops at a fault.
///
/// @param value  the joined TXT value; any bytes. Not kept. Never throws but for memory; linear in its length.
[[nodiscard]] Record parse(std::string_view value);

/// The record in its plain form, `v=STSv1; id=1; a=b`. What could not be read as a field is left out.
[[nodiscard]] std::string print(std::string_view value, const Record& record);

}  // namespace envelint::mta_sts
