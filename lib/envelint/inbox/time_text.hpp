#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::inbox {

/// Milliseconds since 1970 as `2026-11-27 08:00:21`, in UTC; as a number where the year has more than four digits.
[[nodiscard]] std::string date_time(std::int64_t milliseconds);
/// The same as JSON has it (RFC 3339): `2026-11-27T08:00:21.123Z`.
[[nodiscard]] std::string rfc3339(std::int64_t milliseconds);
/// The same as the first line of an mbox message has it (RFC 4155): `Fri Nov 27 08:00:21 2026`.
[[nodiscard]] std::string mbox_date(std::int64_t milliseconds);

/// Milliseconds since 1970 of a date, `2026-11-27`, which is its begin in UTC, or of a time as JSON has it (RFC 3339).
[[nodiscard]] std::optional<std::int64_t> time_of(std::string_view written);

}  // namespace envelint::inbox
