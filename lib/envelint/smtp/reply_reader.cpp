#include <envelint/smtp/reply_reader.hpp>

#include <envelint/smtp/reply.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace envelint::smtp {
namespace {

/// RFC 5321 §4.2: Reply-code; 0 where there is none.
int code_of(std::string_view line) {
  if (line.size() < 3 || line[0] < '2' || line[0] > '5' || line[1] < '0' || line[1] > '5' || !text::is_digit(line[2])) {
    return 0;
  }
  return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

/// A code alone is a reply too (§4.2: clients must take it).
bool has_separator(std::string_view line) { return line.size() == 3 || line[3] == ' ' || line[3] == '-'; }

bool is_status(std::string_view word, char first) {
  if (word.size() < 5 || word[0] != first || word[1] != '.' || std::ranges::count(word, '.') != 2) return false;
  return text::is_digit(word[2]) && text::is_digit(word.back()) &&
         std::ranges::all_of(word, [](char c) { return text::is_digit(c) || c == '.'; });
}

}  // namespace

std::string ServerReply::text() const {
  std::string out;
  for (const std::string& line : lines) {
    if (&line != &lines.front()) out += '\n';
    out += line;
  }
  return out;
}

std::string ServerReply::wire() const {
  std::string out;
  for (const std::string& line : lines) {
    const bool last = &line == &lines.back();
    out += fmt::format("{}{}{}{}", code, last ? ' ' : '-', line, last ? "" : "\n");
  }
  return out;
}

std::string_view ServerReply::enhanced() const noexcept {
  if (lines.empty()) return {};
  const std::string_view first = lines.front();
  const std::string_view word = first.substr(0, first.find(' '));
  return is_status(word, static_cast<char>('0' + code / 100)) ? word : std::string_view();
}

std::size_t ReplyReader::read(std::string_view bytes) {
  std::size_t taken = 0;
  while (state_ == State::open && taken < bytes.size()) {
    const std::string_view rest = bytes.substr(taken);
    const std::size_t size = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::size_t kept = std::min(size, kMaxServerLine - line_.size());
    line_ += rest.substr(0, kept);
    taken += kept;
    if (line_.ends_with('\n')) {
      end_line();
    } else if (line_.size() == kMaxServerLine) {
      fail(fmt::format("a line of its reply has more than {} octets", kMaxServerLine));
    }
  }
  return taken;
}

void ReplyReader::end_line() {
  std::string_view line = line_;
  line.remove_suffix(1);
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  } else {
    reply_.bare_lf = true;
  }
  const int code = code_of(line);
  if (code == 0 || !has_separator(line)) return fail(fmt::format("`{}` is no reply of SMTP", shown(line)));
  if (!reply_.lines.empty() && code != reply_.code) {
    return fail(fmt::format("the lines of one reply have the codes {} and {}", reply_.code, code));
  }
  if (reply_.lines.size() == kMaxServerLines) {
    return fail(fmt::format("its reply has more than {} lines", kMaxServerLines));
  }
  reply_.code = code;
  reply_.lines.emplace_back(line.substr(std::min<std::size_t>(line.size(), 4)));
  if (line.size() == 3 || line[3] == ' ') state_ = State::reply;
  line_.clear();
}

void ReplyReader::fail(std::string clause) {
  fault_ = std::move(clause);
  state_ = State::fault;
  line_.clear();
}

void ReplyReader::clear() noexcept {
  state_ = State::open;
  line_.clear();
  reply_ = ServerReply();
  fault_.clear();
}

}  // namespace envelint::smtp
