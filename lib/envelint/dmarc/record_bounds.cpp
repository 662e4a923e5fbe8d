#include <envelint/dmarc/record_bounds.hpp>

#include <envelint/dmarc/keys.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>

namespace envelint::dmarc {
namespace {

constexpr auto kNone = std::string_view::npos;

// Signs that look like a semicolon or a comma and are neither, as typed on non-Latin keyboards or made by word
// processors: fullwidth and small forms, the Greek question mark, Arabic and reversed forms, the ideographic comma.
constexpr std::array<std::string_view, 9> kForeignSeparators{"\xEF\xBC\x9B", "\xEF\xB9\x94", "\xCD\xBE",
                                                             "\xD8\x9B",     "\xE2\x81\x8F", "\xEF\xBC\x8C",
                                                             "\xEF\xB9\x90", "\xE3\x80\x81", "\xD8\x8C"};
constexpr std::array<std::string_view, 14> kQuotes{"\"",           "'",
                                                   "\\\"",         "`",
                                                   "\xE2\x80\x9C", "\xE2\x80\x9D",
                                                   "\xE2\x80\x9E", "\xE2\x80\x9F",
                                                   "\xE2\x80\x98", "\xE2\x80\x99",
                                                   "\xE2\x80\x9A", "\xC2\xAB",
                                                   "\xC2\xBB",     "\xC2\xB4"};

template <std::size_t n>
std::size_t size_of_prefix(std::string_view text, const std::array<std::string_view, n>& signs) {
  for (const std::string_view sign : signs) {
    if (text.starts_with(sign)) return sign.size();
  }
  return 0;
}

template <std::size_t n>
std::size_t size_of_suffix(std::string_view text, const std::array<std::string_view, n>& signs) {
  std::size_t longest = 0;
  if (text.empty() || text::is_alnum(text.back())) return 0;
  for (const std::string_view sign : signs) {
    if (text.ends_with(sign)) longest = std::max(longest, sign.size());
  }
  return longest;
}

// The number of bytes at the start that nobody sees or that belong to the zone file: white space, hidden
// characters, quotes, semicolons before which nothing stands.
std::size_t count_invisible(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const std::string_view rest = text.substr(i);
    if (text::is_vchar(rest.front()) && !std::string_view(";\"'`\\").contains(rest.front())) break;
    if (const std::size_t quote = size_of_prefix(rest, kQuotes); quote > 0) {
      i += quote;
      continue;
    }
    const text::CodePoint c = text::next_code_point(rest);
    const bool hidden = text::is_space(rest.front()) || rest.front() == ';' || (c.valid && text::is_hidden(c.value));
    if (!hidden) break;
    i += c.size;
  }
  return i;
}

// "v=DMARC1" in any case, with white space around `=`, line ends too, as tag lists have it: the number of bytes it takes
// at the start of `text`, or 0.
std::size_t version_at(std::string_view text) {
  if (text.empty() || text::to_lower(text.front()) != 'v') return 0;
  std::size_t i = 1;
  while (i < text.size() && text::is_space(text[i])) ++i;
  if (i == text.size() || text[i] != '=') return 0;
  ++i;
  while (i < text.size() && text::is_space(text[i])) ++i;
  constexpr std::string_view kVersion = "DMARC1";
  return text::istarts_with(text.substr(i), kVersion) ? i + kVersion.size() : 0;
}

bool holds_known_tag(std::string_view text) {
  for (std::size_t equals = text.find('='); equals != kNone; equals = text.find('=', equals + 1)) {
    std::size_t end = equals;
    while (end > 0 && text::is_space(text[end - 1])) --end;
    std::size_t start = end;
    while (start > 0 && text::is_alnum(text[start - 1])) --start;
    const Key key = key_of(text.substr(start, end - start));
    if (key != Key::unknown && key != Key::v && (start == 0 || text[start - 1] != '_')) return true;
  }
  return false;
}

}  // namespace

std::size_t find_record_start(std::string_view text) {
  const std::size_t start = count_invisible(text);
  if (version_at(text.substr(start)) > 0) return start;
  const std::string_view piece = text.substr(0, text.find(';', start));
  for (std::size_t i = start; i < piece.size(); ++i) {
    if (text::to_lower(piece[i]) != 'v' || version_at(piece.substr(i)) == 0) continue;
    return holds_known_tag(piece.substr(start, i - start)) ? start : i;
  }
  return start;
}

std::size_t size_of_closing_quote(std::string_view text) { return size_of_suffix(text, kQuotes); }

std::size_t size_of_foreign_separator(std::string_view text) { return size_of_suffix(text, kForeignSeparators); }

}  // namespace envelint::dmarc
