#include <envelint/mime/encoded_words.hpp>

#include <envelint/mime/decode.hpp>
#include <envelint/mime/gmime.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::mime {
namespace {

/// Where the next encoded word is; at the end and of no size where there is none.
struct Word {
  std::size_t start;
  std::size_t size;
};

/// RFC 2047 §2: `=?charset?encoding?text?=`, without blanks. Linear: where one does not end before the next blank, no
/// other does that begins before it.
Word next_word(std::string_view text) {
  constexpr auto kNone = std::string_view::npos;
  for (std::size_t start = text.find("=?"); start != kNone;) {
    const std::size_t blank = std::min(text.find(' ', start), text.size());
    const std::string_view word = text.substr(start, blank - start);
    const std::size_t charset_end = word.find('?', 2);
    const std::size_t encoding_end = charset_end == kNone ? kNone : word.find('?', charset_end + 1);
    const std::size_t end = encoding_end == kNone ? kNone : word.find("?=", encoding_end + 1);
    if (end != kNone) return {start, end + 2};
    start = text.find("=?", blank);
  }
  return {text.size(), 0};
}

/// One at a time: the library takes the `==` at the end of one for the end of all that follow it.
std::string decoded_word(std::string_view word) {
  const std::string_view charset = word.substr(2, word.find('?', 2) - 2);
  // RFC 2047 §6.2: in a charset that is not known it may be shown as it is. RFC 2231 §5: a language may follow.
  if (!is_known_charset(charset.substr(0, charset.find('*')))) return std::string(word);
  begin_gmime();
  const TextPtr plain(g_mime_utils_header_decode_text(nullptr, std::string(word).c_str()));
  return plain ? std::string(plain.get()) : std::string(word);
}

}  // namespace

std::string decoded(std::string_view value) {
  std::string text(text::trim(value).substr(0, kMaxFieldText));
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  std::string out;
  std::string_view rest = text;
  bool behind_word = false;
  while (!rest.empty()) {
    const Word word = next_word(rest);
    const std::string_view between = rest.substr(0, word.start);
    // RFC 2047 §6.2: white space between two encoded words is no text.
    if (!behind_word || word.size == 0 || !text::trim(between).empty()) out += between;
    if (word.size > 0) out += decoded_word(rest.substr(word.start, word.size));
    rest.remove_prefix(word.start + word.size);
    behind_word = true;
  }
  return out;
}

}  // namespace envelint::mime
