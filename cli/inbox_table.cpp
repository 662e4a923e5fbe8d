#include "inbox_table.hpp"

#include "inbox_words.hpp"

#include <envelint/inbox/time_text.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

namespace cli {

using namespace envelint;
using render::Painter;
using render::Style;

namespace {

constexpr std::size_t kResult = 9;  // columns of `permerror` and `temperror`, the longest

/// `text` with its end replaced by `…` where it is too wide.
std::string cut(std::string_view text, std::size_t width) {
  if (render::columns(text) <= width) return std::string(text);
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const text::Visible next = text::next_visible(text);
    used += static_cast<std::size_t>(next.width);
    if (used + 1 > width) break;
    out += text.substr(0, next.size);
    text.remove_prefix(next.size);
  }
  return out + "…";
}

std::string without_end_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

Style style_of(std::string_view result) {
  if (result == "pass") return Style::info;
  if (result == "fail" || result == "permerror") return Style::error;
  if (result == "softfail" || result == "temperror") return Style::warning;
  return Style::plain;
}

void add_result(std::string& out, const Painter& paint, const std::string& result) {
  const std::string shown = result.empty() ? "-" : cut(text::visible(result), kResult);
  paint.append(out, style_of(result), shown);
  out.append(kResult - std::min(render::columns(shown), kResult) + 1, ' ');
}

/// `1.3` for `TLSv1.3`.
std::string short_tls(std::string_view version) {
  if (version.empty()) return "-";
  if (version.starts_with("TLSv")) version.remove_prefix(4);
  return cut(text::visible(version), 3);
}

std::string path_text(std::string_view written) { return written.empty() ? "<>" : text::visible(written); }

}  // namespace

InboxTable::InboxTable(const Screen& screen, std::uint64_t largest)
    : screen_(screen), id_width_(std::max<std::size_t>(std::to_string(largest).size(), 2)) {
  screen_.width = std::max(screen_.width, kMinInboxWidth);
}

std::string InboxTable::head_of_messages() const {
  std::string out;
  const std::string line = fmt::format("{:>{}}  {:19}  {:3}  {:9} {:9} {:9} {}", "ID", id_width_, "RECEIVED (UTC)",
                                       "TLS", "SPF", "DKIM", "DMARC", "CLIENT");
  Painter(screen_.colour).append(out, Style::strong, line);
  return out + "\n" + indent() + "FROM → TO  SUBJECT\n";
}

std::string InboxTable::lines(const inbox::Entry& entry) const {
  const Painter paint(screen_.colour);
  const char unread = entry.unread ? '*' : ' ';
  std::string out = fmt::format("{:>{}}{} {:19}  {:3}  ", entry.id, id_width_, unread,
                                inbox::date_time(entry.received_ms), short_tls(entry.tls));
  for (const std::string* result : {&entry.summary.spf, &entry.summary.dkim, &entry.summary.dmarc}) {
    add_result(out, paint, *result);
  }
  const std::size_t before = id_width_ + 2 + 19 + 2 + 3 + 2 + 3 * (kResult + 1);
  out += cut(entry.client.to_string(), std::max(screen_.width, before + 4) - before) + "\n" + indent();
  std::size_t left = screen_.width - id_width_ - 2;
  if (entry.reply_code >= 400) {
    const std::string refused = fmt::format("refused {}", entry.reply_code);
    paint.append(out, Style::error, refused);
    out += "  ";
    left -= std::min(left, refused.size() + 2);
  }
  const std::string way = route(entry, left * 3 / 5);
  const std::size_t for_subject = left - render::columns(way) - 2;
  paint.append(out, Style::faint, way);
  return without_end_blanks(out + "  " + cut(text::visible(entry.summary.subject), for_subject));
}

std::string InboxTable::route(const inbox::Entry& entry, std::size_t width) const {
  constexpr std::size_t kArrow = 3;
  const std::string more = entry.recipients > 1 ? fmt::format(" +{}", entry.recipients - 1) : "";
  const std::string from = path_text(entry.sender);
  const std::string to = entry.recipients == 0 ? "nobody" : path_text(entry.recipient);
  const std::size_t both = width - std::min(width, kArrow + more.size());
  // One that is short leaves its room to the other.
  const std::size_t half = both / 2;
  const std::size_t for_from = std::max(half, both - std::min(both, render::columns(to)));
  const std::string shown_from = render::shorten(from, std::max<std::size_t>(for_from, 3));
  const std::size_t rest = both - std::min(both, render::columns(shown_from));
  return shown_from + " → " + render::shorten(to, std::max<std::size_t>(rest, 3)) + more;
}

std::string InboxTable::head_of_sessions() const {
  std::string out;
  const std::string line = fmt::format("{:>{}}  {:19}  {:>7}  {:3}  {:>4}  {}", "ID", id_width_, "STARTED (UTC)",
                                       "SECONDS", "TLS", "MAIL", "CLIENT");
  Painter(screen_.colour).append(out, Style::strong, line);
  return out + "\n" + indent() + "GREETING  WHY IT ENDED\n";
}

std::string InboxTable::lines(const inbox::Session& session) const {
  std::string out =
      fmt::format("{:>{}}  {:19}  {:>7}  {:3}  {:>4}  ", session.id, id_width_, inbox::date_time(session.started_ms),
                  seconds_between(session.started_ms, session.ended_ms),
                  short_tls(session.tls ? session.tls->version : ""), session.messages);
  const std::size_t before = render::columns(out);
  out += cut(session.client.address.to_string(), std::max(screen_.width, before + 4) - before) + "\n" + indent();
  const std::size_t left = screen_.width - id_width_ - 2;
  const std::string hello = cut(greeting(session.hello, session.hello_name), left / 2);
  const std::size_t for_end = left - render::columns(hello) - 2;
  return without_end_blanks(out + hello + "  " + cut(text::visible(session.ended), for_end));
}

}  // namespace cli
