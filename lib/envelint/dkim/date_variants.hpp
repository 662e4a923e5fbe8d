#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The forms of a Date field that mail systems turn into each other (RFC 5322 §3.3).
namespace envelint::dkim {

struct DateTime {
  std::int64_t seconds;  ///< since 1970, UTC
  int zone_minutes;      ///< east of UTC
};

/// Reads `Fri, 11 Jul 2003 21:00:37 -0700 (PDT)`, with or without the day of the week, seconds and comment.
[[nodiscard]] std::optional<DateTime> read_date(std::string_view text);

/// As most programs write it: `Fri, 11 Jul 2003 21:00:37 -0700`.
/// @param day_digits  2 writes the first days of a month as `01`.
[[nodiscard]] std::string print_date(const DateTime& date, std::size_t day_digits = 1);

/// Other spellings of the same instant: zones, `GMT`, comments, zeros, the day of the week.
[[nodiscard]] std::vector<std::string> date_spellings(std::string_view text);

/// Instants up to `seconds` around a time, the nearest first, as they are written in the zone of the date and in UTC.
[[nodiscard]] std::vector<std::string> dates_near(std::string_view text, std::uint64_t time, std::int64_t seconds);

}  // namespace envelint::dkim
