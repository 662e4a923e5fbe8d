#include <envelint/inbox/time_text.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

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

/// Takes the parts of a time off the front of a text.
class TimeReader {
 public:
  explicit TimeReader(std::string_view rest) : rest_(rest) {}

  /// A number of just so many digits.
  int number(std::size_t digits) {
    int out = 0;
    if (rest_.size() < digits || !std::ranges::all_of(rest_.substr(0, digits), text::is_digit)) return fail();
    for (const char digit : rest_.substr(0, digits)) out = out * 10 + (digit - '0');
    rest_.remove_prefix(digits);
    return out;
  }

  int number_behind(char sign, std::size_t digits) { return take(sign) ? number(digits) : fail(); }

  bool take(char sign) {
    if (rest_.empty() || text::to_upper(rest_.front()) != sign) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// What follows a point: as many digits as there are, of which three count.
  int milliseconds() {
    if (!take('.')) return 0;
    int out = 0;
    int unit = 100;
    if (rest_.empty() || !text::is_digit(rest_.front())) return fail();
    for (; !rest_.empty() && text::is_digit(rest_.front()); rest_.remove_prefix(1), unit /= 10) {
      out += unit * (rest_.front() - '0');
    }
    return out;
  }

  /// `Z` or `+01:00`, in minutes.
  int offset() {
    if (take('Z')) return 0;
    const bool west = !rest_.empty() && rest_.front() == '-';
    if (!take('+') && !take('-')) return fail();
    const int hours = number(2);
    const int minutes = number_behind(':', 2);
    if (hours > 23 || minutes > 59) return fail();
    return (west ? -1 : 1) * (hours * 60 + minutes);
  }

  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }
  int fail() {
    good_ = false;
    return 0;
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

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

std::optional<std::int64_t> time_of(std::string_view written) {
  namespace chrono = std::chrono;
  TimeReader reader(written);
  const chrono::year year(reader.number(4));
  const chrono::month month(static_cast<unsigned>(reader.number_behind('-', 2)));
  const chrono::day day(static_cast<unsigned>(reader.number_behind('-', 2)));
  const chrono::year_month_day date(year, month, day);
  if (!date.ok()) return std::nullopt;
  const std::int64_t midnight = chrono::milliseconds(chrono::sys_days(date).time_since_epoch()).count();
  if (reader.done()) return midnight;
  const int hour = reader.number_behind('T', 2);
  const int minute = reader.number_behind(':', 2);
  const int second = reader.number_behind(':', 2);
  const int milliseconds = reader.milliseconds();
  const int offset = reader.offset();
  // A leap second has the number 60.
  if (!reader.done() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t minutes = hour * 60 + minute - offset;
  return midnight + (minutes * 60 + second) * 1000 + milliseconds;
}

}  // namespace envelint::inbox
