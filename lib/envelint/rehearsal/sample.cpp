#include <envelint/rehearsal/sample.hpp>

#include <envelint/mail/message.hpp>
#include <envelint/mail/mime.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace envelint::rehearsal {
namespace {

// What software on the way likes to change stands in it on purpose.
constexpr std::string_view kBody =
    "This message was made to see whether the mail of a domain would be accepted.\r\n"
    "\r\n"
    "It has what software on the way likes to change: a line that goes on and on, longer than a screen is wide; "
    "letters such as those of Grüße and naïve; two blanks at its end  \r\n"
    "From the left margin a word that mailboxes put a bracket before, and a dot alone:\r\n"
    ".\r\n"
    "\tA tab begins this line, and    some blanks stand within it.\r\n"
    "\r\n"
    "-- \r\n"
    "envelint rehearse\r\n";

constexpr std::string_view kTag = "[list] ";
constexpr std::string_view kFooter =
    "_______________________________________________\r\n"
    "list mailing list\r\n"
    "https://list.invalid/listinfo\r\n";

/// The last second of the year 9999: Date has four digits for the year.
constexpr std::uint64_t kLatest = 253'402'300'799;

}  // namespace

std::string date_of(std::uint64_t unix_time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  using std::chrono::seconds;
  const std::chrono::sys_seconds time(seconds(static_cast<std::int64_t>(std::min(unix_time, kLatest))));
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::string sample_message(std::string_view from, std::uint64_t unix_time) {
  const std::string_view domain = from.substr(std::min(from.rfind('@') + 1, from.size()));
  std::string out;
  out += fmt::format("From: <{}>\r\n", from);
  out += "To: <someone@receiver.invalid>\r\n";
  out += "Subject: A rehearsal of our mail\r\n";
  out += fmt::format("Date: {}\r\n", date_of(unix_time));
  out += fmt::format("Message-ID: <{}.rehearsal@{}>\r\n", unix_time, domain);
  out += "MIME-Version: 1.0\r\n";
  out += "Content-Type: text/plain; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: quoted-printable\r\n";
  out += "\r\n";
  out += mail::encode_quoted_printable(kBody);
  return out;
}

std::string as_a_list_passes_it_on(std::string_view message) {
  const auto split = mail::Message::split(message);
  std::string out(message);
  if (!out.ends_with("\r\n")) out += "\r\n";
  out += kFooter;
  if (const mail::Field* subject = split.find("Subject")) {
    const std::size_t at = subject->value.start + (split.value(*subject).starts_with(' ') ? 1 : 0);
    out.insert(at, kTag);
  }
  return out;
}

}  // namespace envelint::rehearsal
