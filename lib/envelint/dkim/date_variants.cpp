#include <envelint/dkim/date_variants.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <array>
#include <chrono>

namespace envelint::dkim {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::int64_t kDay = 86'400;

std::string without_comment(std::string_view text) { return std::string(text::trim(text.substr(0, text.find('(')))); }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    text = text::trim(text);
    if (text.empty() || out.size() == 8) return out;
    const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::optional<int> number(std::string_view text) {
  if (text.empty() || text.size() > 4) return std::nullopt;
  int out = 0;
  for (const char c : text) {
    if (!text::is_digit(c)) return std::nullopt;
    out = out * 10 + (c - '0');
  }
  return out;
}

std::optional<int> zone_of(std::string_view word) {
  if (word.size() == 5 && (word[0] == '+' || word[0] == '-')) {
    const auto hours = number(word.substr(1, 2));
    const auto minutes = number(word.substr(3));
    if (!hours || !minutes) return std::nullopt;
    return (word[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
  }
  for (const std::string_view name : {"GMT", "UT", "UTC", "Z"}) {
    if (text::iequals(word, name)) return 0;
  }
  return std::nullopt;
}

struct Written {
  std::string day;  // `Fri, ` or nothing
  int day_of_month;
  std::string behind;  // ` Jul 2003 `
  std::string clock;   // `21:00:37`
};

Written write(const DateTime& date) {
  const std::int64_t local = date.seconds + std::int64_t{date.zone_minutes} * 60;
  const std::int64_t days = local >= 0 ? local / kDay : -((kDay - 1 - local) / kDay);
  const std::int64_t second = local - days * kDay;
  const std::chrono::sys_days at{std::chrono::days{days}};
  const std::chrono::year_month_day civil(at);
  const unsigned weekday = std::chrono::weekday(at).c_encoding();
  return {fmt::format("{}, ", kDays[weekday]), static_cast<int>(static_cast<unsigned>(civil.day())),
          fmt::format(" {} {:04} ", kMonths[static_cast<unsigned>(civil.month()) - 1], static_cast<int>(civil.year())),
          fmt::format("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)};
}

std::string zone_text(int minutes) {
  const int size = minutes < 0 ? -minutes : minutes;
  return fmt::format("{}{:02}{:02}", minutes < 0 ? '-' : '+', size / 60, size % 60);
}

}  // namespace

std::optional<DateTime> read_date(std::string_view text) {
  const std::string plain = without_comment(text);
  std::vector<std::string_view> words = words_of(plain);
  if (!words.empty() && words[0].ends_with(',')) words.erase(words.begin());
  if (words.size() != 5) return std::nullopt;
  const auto day = number(words[0]);
  const auto year = number(words[2]);
  std::size_t month = 0;
  while (month < kMonths.size() && !text::iequals(words[1], kMonths[month])) ++month;
  const auto zone = zone_of(words[4]);
  const std::string_view clock = words[3];
  const bool short_clock = clock.size() == 5;
  if (!day || !year || month == kMonths.size() || !zone || (!short_clock && clock.size() != 8)) return std::nullopt;
  const auto hour = number(clock.substr(0, 2));
  const auto minute = number(clock.substr(3, 2));
  const auto second = short_clock ? std::optional<int>(0) : number(clock.substr(6, 2));
  if (!hour || !minute || !second) return std::nullopt;
  const std::chrono::year_month_day civil{std::chrono::year(*year),
                                          std::chrono::month(static_cast<unsigned>(month) + 1),
                                          std::chrono::day(static_cast<unsigned>(*day))};
  if (!civil.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(civil).time_since_epoch().count();
  return DateTime{days * kDay + *hour * 3600 + *minute * 60 + *second - std::int64_t{*zone} * 60, *zone};
}

std::string print_date(const DateTime& date, std::size_t day_digits) {
  const Written written = write(date);
  return fmt::format("{}{:0{}}{}{} {}", written.day, written.day_of_month, day_digits, written.behind, written.clock,
                     zone_text(date.zone_minutes));
}

std::vector<std::string> date_spellings(std::string_view text) {
  const auto date = read_date(text);
  if (!date) return {};
  std::vector<std::string> out{without_comment(text)};
  const auto add = [&](const Written& at, std::string_view zone) {
    for (const std::string_view day : {std::string_view(at.day), std::string_view()}) {
      out.push_back(fmt::format("{}{}{}{} {}", day, at.day_of_month, at.behind, at.clock, zone));
      if (at.day_of_month < 10)
        out.push_back(fmt::format("{}{:02}{}{} {}", day, at.day_of_month, at.behind, at.clock, zone));
    }
  };
  const Written here = write(*date);
  add(here, zone_text(date->zone_minutes));
  const Written utc = write({date->seconds, 0});
  for (const std::string_view zone : {"+0000", "GMT", "UT", "UTC", "Z", "-0000", "+0000 (UTC)", "+0000 (GMT)",
                                      "-0000 (GMT)", "+0000 (GMT+00:00)", "+00:00"}) {
    add(utc, zone);
  }
  constexpr std::array<std::pair<int, std::string_view>, 12> kNames{{{-480, "PST"},
                                                                     {-420, "PDT"},
                                                                     {-420, "MST"},
                                                                     {-360, "MDT"},
                                                                     {-360, "CST"},
                                                                     {-300, "CDT"},
                                                                     {-300, "EST"},
                                                                     {-240, "EDT"},
                                                                     {60, "CET"},
                                                                     {120, "CEST"},
                                                                     {60, "BST"},
                                                                     {540, "JST"}}};
  for (const auto& [zone, name] : kNames) {
    if (zone == date->zone_minutes) add(here, fmt::format("{} ({})", zone_text(zone), name));
    if (zone == date->zone_minutes) add(here, name);
  }
  for (int zone = -12 * 60; zone <= 14 * 60; zone += 30) add(write({date->seconds, zone}), zone_text(zone));
  add(write({date->seconds, 345}), zone_text(345));
  return out;
}

std::vector<std::string> dates_near(std::string_view text, std::uint64_t time, std::int64_t seconds) {
  constexpr std::uint64_t kLatest = 253'402'300'799;  // the year 9999
  if (time > kLatest) return {};
  const auto now = read_date(text);
  const int zone = now ? now->zone_minutes : 0;
  std::vector<std::string> out;
  for (std::int64_t i = 0; i <= seconds; ++i) {
    for (const std::int64_t delta : {-i, i}) {
      const std::int64_t at = static_cast<std::int64_t>(time) + delta;
      for (const std::size_t day_digits : {std::size_t{1}, std::size_t{2}}) {
        out.push_back(print_date({at, zone}, day_digits));
        if (zone != 0) out.push_back(print_date({at, 0}, day_digits));
      }
      if (i == 0) break;
    }
  }
  return out;
}

}  // namespace envelint::dkim
