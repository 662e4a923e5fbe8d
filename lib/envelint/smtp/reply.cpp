#include <envelint/smtp/reply.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxShown = 60;

/// One octet as printable ASCII.
std::string visible_octet(char c) {
  if (c == ' ' || text::is_vchar(c)) return std::string(1, c);
  if (c == '\r') return "\\r";
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  return fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
}

std::string visible_ascii(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += visible_octet(c);
  return out;
}

/// RFC 2034 §4: the class is the first digit of the code, and only 2, 4 and 5 have enhanced codes.
bool fits(int code, std::string_view enhanced) {
  const char first = static_cast<char>('0' + code / 100);
  if (first == '3' || enhanced.size() < 2 || enhanced[0] != first || enhanced[1] != '.') return false;
  return std::ranges::all_of(enhanced, [](char c) { return text::is_digit(c) || c == '.'; });
}

/// How much of the text goes on a line of `room` octets: up to a space, where there is one not too far back.
std::size_t line_size(std::string_view text, std::size_t room) {
  if (text.size() <= room) return text.size();
  const std::size_t space = text.rfind(' ', room);
  return space == std::string_view::npos || space == 0 ? room : space;
}

/// Cuts one line of text into those that fit.
void add_lines(std::string_view text, std::size_t room, std::vector<std::string>& out) {
  do {
    const std::size_t size = line_size(text, room);
    out.emplace_back(text.substr(0, size));
    text.remove_prefix(size);
    if (text.starts_with(' ')) text.remove_prefix(1);
  } while (!text.empty());
}

}  // namespace

Reply::Reply(int code, std::string_view enhanced, std::string_view text)
    : code_(code >= 200 && code <= 599 ? code : 451), enhanced_(fits(code_, enhanced) ? enhanced : ""), text_(text) {}

std::string Reply::wire(bool with_enhanced) const {
  const std::string status = with_enhanced && !enhanced_.empty() ? enhanced_ + " " : "";
  const std::size_t room = kMaxReplyLine - std::string_view("250-\r\n").size() - status.size();
  std::vector<std::string> lines;
  std::string_view rest = text_;
  for (std::size_t lf = 0; lf != std::string_view::npos;) {
    lf = rest.find('\n');
    add_lines(visible_ascii(rest.substr(0, lf)), room, lines);
    rest.remove_prefix(lf == std::string_view::npos ? rest.size() : lf + 1);
  }
  std::string out;
  for (const std::string& line : lines)
    out += fmt::format("{}{}{}{}\r\n", code_, &line == &lines.back() ? ' ' : '-', status, line);
  return out;
}

std::string shown(std::string_view bytes) {
  if (bytes.size() <= kMaxShown) return visible_ascii(bytes);
  return visible_ascii(bytes.substr(0, kMaxShown)) + "...";
}

}  // namespace envelint::smtp
