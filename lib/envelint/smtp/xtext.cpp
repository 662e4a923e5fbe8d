#include <envelint/smtp/xtext.hpp>

#include <envelint/text/ascii.hpp>

namespace envelint::smtp {
namespace {

/// RFC 3461 §4: hexadecimal digits in capitals only.
std::optional<int> hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> xtext_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!text::is_vchar(text[i]) || text[i] == '=') return std::nullopt;
    if (text[i] != '+') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const std::optional<int> high = hex_digit(text[i + 1]);
    const std::optional<int> low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

}  // namespace envelint::smtp
