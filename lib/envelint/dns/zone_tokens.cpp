#include <envelint/dns/zone_tokens.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>

namespace envelint::dns {
namespace {

using Kind = TokenFault::Kind;

enum class Class : std::uint8_t {
  word,
  blank,
  line_end,
  carriage_return,
  comment,
  open,
  close,
  quote,
  escape,
  control
};

constexpr std::array<Class, 256> make_classes() {
  std::array<Class, 256> out{};
  for (std::size_t c = 0; c < 0x20; ++c) out[c] = Class::control;
  out[0x7F] = Class::control;
  out[' '] = Class::blank;
  out['\t'] = Class::blank;
  out['\n'] = Class::line_end;
  out['\r'] = Class::carriage_return;
  out[';'] = Class::comment;
  out['('] = Class::open;
  out[')'] = Class::close;
  out['"'] = Class::quote;
  out['\\'] = Class::escape;
  return out;
}
constexpr std::array<Class, 256> kClasses = make_classes();

Class class_of(char c) noexcept { return kClasses[static_cast<unsigned char>(c)]; }

// An escape at the start of a text: the byte it stands for and how many it takes.
struct Escape {
  char byte;
  std::uint8_t width;
  bool good;
};

Escape read_escape(std::string_view text) noexcept {
  if (text.size() < 2 || text[1] == '\n' || text[1] == '\r') return {'\\', 1, false};
  if (!text::is_digit(text[1])) return {text[1], 2, true};
  if (text.size() < 4 || !text::is_digit(text[2]) || !text::is_digit(text[3])) return {text[1], 2, false};
  const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  if (value > 255) return {text[1], 2, false};
  return {static_cast<char>(value), 4, true};
}

}  // namespace

void ZoneEntry::clear() noexcept {
  span = {};
  starts_blank = false;
  words.clear();
  comments.clear();
  faults.clear();
}

bool ZoneEntry::has_fault(TokenFault::Kind kind) const noexcept {
  return std::ranges::find(faults, kind, &TokenFault::kind) != faults.end();
}

ZoneTokens::ZoneTokens(std::string_view content) noexcept : content_(content) {
  if (content_.starts_with("\xEF\xBB\xBF")) pos_ = 3;
}

bool ZoneTokens::next(ZoneEntry& entry) {
  entry.clear();
  while (pos_ < content_.size()) {
    read_entry(entry);
    if (!entry.empty()) return true;
  }
  return false;
}

void ZoneTokens::read_entry(ZoneEntry& entry) {
  entry.starts_blank = text::is_wsp(content_[pos_]);
  depth_ = 0;
  line_has_words_ = false;
  entry_begun_ = false;
  while (pos_ < content_.size()) {
    switch (class_of(content_[pos_])) {
      case Class::line_end:
        ++pos_;
        if (end_line(entry)) return;
        break;
      case Class::blank: ++pos_; break;
      case Class::comment: read_comment(entry); break;
      case Class::open:
      case Class::close: read_parenthesis(entry); break;
      case Class::quote: read_quoted(entry); break;
      case Class::carriage_return:
        if (at_line_end()) {
          ++pos_;
          break;
        }
        [[fallthrough]];
      default: read_unquoted(entry); break;
    }
  }
  end_file(entry);
}

// A CR belongs to the line end when a LF or nothing follows it.
bool ZoneTokens::at_line_end() const noexcept {
  if (content_[pos_] == '\n') return true;
  return content_[pos_] == '\r' && (pos_ + 1 == content_.size() || content_[pos_ + 1] == '\n');
}

bool ZoneTokens::end_line(ZoneEntry& entry) {
  line_has_words_ = false;
  if (depth_ == 0) return true;
  if (rereads_ >= kMaxRereads) {
    add_fault(entry, Kind::open_parenthesis, open_);
    return true;
  }
  if (!open_line_.known) {
    open_line_ = {pos_, entry.words.size(), entry.comments.size(), entry.faults.size(), entry.span.end, true};
  }
  return false;
}

void ZoneTokens::end_file(ZoneEntry& entry) {
  if (depth_ == 0) return;
  if (open_line_.known) {
    ++rereads_;
    pos_ = open_line_.offset;
    entry.words.resize(open_line_.words);
    entry.comments.resize(open_line_.comments);
    entry.faults.resize(open_line_.faults);
    entry.span.end = open_line_.end;
  }
  add_fault(entry, Kind::open_parenthesis, open_);
}

void ZoneTokens::read_comment(ZoneEntry& entry) {
  const std::size_t start = pos_;
  pos_ = std::min(content_.find('\n', pos_), content_.size());
  std::size_t end = pos_;
  if (content_[end - 1] == '\r') --end;
  if (entry.comments.size() >= kMaxComments) return;
  const bool touches = !entry.words.empty() && !entry.words.back().quoted && entry.words.back().span.end == start;
  entry.comments.push_back({text::span_of(start, end), !line_has_words_, touches});
  if (!entry_begun_) entry.span = entry.comments.back().span;
}

void ZoneTokens::read_parenthesis(ZoneEntry& entry) {
  const Span span = text::span_of(pos_, pos_ + 1);
  line_has_words_ = true;
  extend(entry, span);
  if (content_[pos_++] == '(') {
    if (depth_++ > 0) return;
    open_ = span;
    open_line_ = {};
  } else if (depth_ > 0) {
    --depth_;
  } else {
    add_fault(entry, Kind::stray_parenthesis, span);
  }
}

void ZoneTokens::read_quoted(ZoneEntry& entry) {
  ZoneWord word{text::span_of(pos_, pos_), text::span_of(pos_ + 1, pos_ + 1), true, false};
  ++pos_;
  while (pos_ < content_.size() && !at_line_end() && content_[pos_] != '"') {
    const Class c = class_of(content_[pos_]);
    if (c == Class::escape) {
      word.escaped = true;
      skip_escape(entry);
    } else if (c == Class::control || c == Class::carriage_return) {
      skip_control(entry);
    } else {
      ++pos_;
    }
  }
  word.text.end = static_cast<std::uint32_t>(pos_);
  word.span.end = word.text.end;
  if (pos_ < content_.size() && content_[pos_] == '"') {
    ++pos_;
    ++word.span.end;
  } else {
    close_open_quote(entry, word);
  }
  add_word(entry, word);
}

// A parenthesis that ends a line within an open quote was most likely meant to close the entry.
void ZoneTokens::close_open_quote(ZoneEntry& entry, ZoneWord& word) {
  add_fault(entry, Kind::open_quote, word.span);
  std::string_view text = content_.substr(word.text.start, word.text.size());
  while (!text.empty() && text::is_wsp(text.back())) text.remove_suffix(1);
  if (depth_ == 0 || !text.ends_with(')')) return;
  depth_ = 0;
  word.text.end = word.text.start + static_cast<std::uint32_t>(text.size() - 1);
  word.span.end = word.text.end;
}

void ZoneTokens::read_unquoted(ZoneEntry& entry) {
  const std::size_t start = pos_;
  bool escaped = false;
  while (pos_ < content_.size()) {
    const Class c = class_of(content_[pos_]);
    if (c == Class::word) {
      ++pos_;
    } else if (c == Class::escape) {
      escaped = true;
      skip_escape(entry);
    } else if (c == Class::control || (c == Class::carriage_return && !at_line_end())) {
      skip_control(entry);
    } else {
      break;
    }
  }
  const Span span = text::span_of(start, pos_);
  add_word(entry, {span, span, false, escaped});
}

void ZoneTokens::skip_escape(ZoneEntry& entry) {
  const Escape escape = read_escape(content_.substr(pos_, 4));
  if (!escape.good) add_fault(entry, Kind::bad_escape, text::span_of(pos_, pos_ + escape.width));
  pos_ += escape.width;
}

void ZoneTokens::skip_control(ZoneEntry& entry) {
  const std::size_t start = pos_;
  while (pos_ < content_.size() && !at_line_end()) {
    const Class c = class_of(content_[pos_]);
    if (c != Class::control && c != Class::carriage_return) break;
    ++pos_;
  }
  add_fault(entry, Kind::control_byte, text::span_of(start, pos_));
}

void ZoneTokens::add_word(ZoneEntry& entry, ZoneWord word) {
  line_has_words_ = true;
  extend(entry, word.span);
  if (entry.words.size() >= kMaxWords) {
    if (!entry.has_fault(Kind::many_words)) add_fault(entry, Kind::many_words, word.span);
    return;
  }
  if (word.text.size() > kMaxWord) {
    add_fault(entry, Kind::long_word, word.span);
    word.text.end = word.text.start + static_cast<std::uint32_t>(kMaxWord);
  }
  entry.words.push_back(word);
}

void ZoneTokens::extend(ZoneEntry& entry, Span span) {
  if (!entry_begun_) entry.span.start = span.start;
  entry_begun_ = true;
  entry.span.end = span.end;
}

void ZoneTokens::add_fault(ZoneEntry& entry, TokenFault::Kind kind, Span span) {
  if (entry.faults.size() < kMaxFaults) entry.faults.push_back({kind, span});
}

void append_decoded(std::string& out, std::string_view content, const ZoneWord& word) {
  std::string_view text = content.substr(word.text.start, word.text.size());
  if (!word.escaped) {
    out += text;
    return;
  }
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('\\'), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const Escape escape = read_escape(text.substr(0, 4));
    out += escape.byte;
    text.remove_prefix(escape.width);
  }
}

std::string decoded(std::string_view content, const ZoneWord& word) {
  std::string out;
  append_decoded(out, content, word);
  return out;
}

void append_segments(std::vector<text::SourceSegment>& out, std::string_view content, const ZoneWord& word,
                     std::size_t value_start) {
  std::string_view text = content.substr(word.text.start, word.text.size());
  auto value = static_cast<std::uint32_t>(value_start);
  std::uint32_t file = word.text.start;
  if (!word.escaped) {
    out.push_back({value, file, 1});
    return;
  }
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find('\\'), text.size());
    if (plain > 0) out.push_back({value, file, 1});
    value += static_cast<std::uint32_t>(plain);
    file += static_cast<std::uint32_t>(plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    const Escape escape = read_escape(text.substr(0, 4));
    out.push_back({value, file, escape.width});
    ++value;
    file += escape.width;
    text.remove_prefix(escape.width);
  }
}

}  // namespace envelint::dns
