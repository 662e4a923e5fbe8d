#include <envelint/mail/mbox.hpp>

#include <algorithm>

namespace envelint::mail {
namespace {

constexpr std::string_view kFromLine = "From ";

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The first line with its line end.
std::string_view first_line(std::string_view text) {
  const std::size_t lf = text.find('\n');
  return lf == std::string_view::npos ? text : text.substr(0, lf + 1);
}

/// The text without the empty line at its end.
std::string_view without_empty_line(std::string_view text) {
  if (text == "\n" || text == "\r\n") return {};
  if (text.ends_with("\n\r\n")) return text.substr(0, text.size() - 2);
  return text.ends_with("\n\n") ? text.substr(0, text.size() - 1) : text;
}

/// Where the next `From ` line behind an empty line begins, or the end of the text.
std::size_t next_from_line(std::string_view text) {
  for (std::size_t lf = text.find('\n'); lf < text.size(); lf = text.find('\n', lf + 1)) {
    const std::string_view before = without_line_end(text.substr(0, lf + 1));
    const bool empty = before.empty() || before.ends_with('\n');
    if (empty && is_mbox(text.substr(lf + 1))) return lf + 1;
  }
  return text.size();
}

/// mboxrd: a line of the message that looks like a `From ` line has one `>` more than it had.
bool is_quoted_from(std::string_view line) {
  const std::size_t marks = line.find_first_not_of('>');
  return marks != 0 && marks != std::string_view::npos && line.substr(marks).starts_with(kFromLine);
}

std::string unquoted(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::string_view line = first_line(text);
    out += line.substr(is_quoted_from(line) ? 1 : 0);
    text.remove_prefix(line.size());
  }
  return out;
}

}  // namespace

bool is_mbox(std::string_view file) noexcept {
  if (!file.starts_with(kFromLine)) return false;
  const std::size_t behind = file.find_first_not_of(" \t", kFromLine.size());
  return behind == std::string_view::npos || file[behind] != ':';
}

bool MboxReader::next(MboxMessage& out) {
  if (!is_mbox(rest_)) (void)take(next_from_line(rest_));
  if (rest_.empty()) return false;
  out.line = line_;
  std::string_view message = take(next_from_line(rest_));
  const std::string_view line = first_line(message);
  message.remove_prefix(line.size());
  out.from_line = without_line_end(line);
  out.bytes = unquoted(without_empty_line(message));
  return true;
}

std::string_view MboxReader::take(std::size_t size) {
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  line_ += static_cast<std::size_t>(std::ranges::count(taken, '\n'));
  return taken;
}

}  // namespace envelint::mail
