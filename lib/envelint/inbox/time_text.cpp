#include <envelint/inbox/time_text.hpp>

#include <fmt/core.h>

#include <array>
#include <ctime>
#include <string_view>

namespace envelint::inbox {
namespace {

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Moment {
  std::tm utc{};
  int milliseconds = 0;
  bool readable = true;  ///< false: its year has no four digits
};

Moment moment_of(std::int64_t milliseconds) {
  Moment out;
  out.milliseconds = static_cast<int>(((milliseconds % 1000) + 1000) % 1000);
  const std::time_t seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
  out.readable = gmtime_r(&seconds, &out.utc) != nullptr && out.utc.tm_year >= -1900 && out.utc.tm_year < 8100;
  return out;
}

std::string date(const std::tm& utc) {
  return fmt::format("{:04}-{:02}-{:02}", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday);
}

std::string clock(const std::tm& utc) { return fmt::format("{:02}:{:02}:{:02}", utc.tm_hour, utc.tm_min, utc.tm_sec); }

}  // namespace

std::string date_time(std::int64_t milliseconds) {
  const Moment moment = moment_of(milliseconds);
  return moment.readable ? fmt::format("{} {}", date(moment.utc), clock(moment.utc)) : std::to_string(milliseconds);
}

std::string rfc3339(std::int64_t milliseconds) {
  const Moment moment = moment_of(milliseconds);
  if (!moment.readable) return std::to_string(milliseconds);
  return fmt::format("{}T{}.{:03}Z", date(moment.utc), clock(moment.utc), moment.milliseconds);
}

std::string mbox_date(std::int64_t milliseconds) {
  Moment moment = moment_of(milliseconds);
  if (!moment.readable) moment = moment_of(0);
  const std::tm& utc = moment.utc;
  return fmt::format("{} {} {:2} {} {}", kDays[static_cast<std::size_t>(utc.tm_wday)],
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_mday, clock(utc), utc.tm_year + 1900);
}

}  // namespace envelint::inbox
