#include <envelint/dane/tlsa_record.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace envelint::dane {
namespace {

using text::slice;
using text::Span;
using text::span_of;

bool is_blank(char c) { return text::is_space(c) || c == '(' || c == ')'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

Number read_number(std::string_view text, std::size_t& at) {
  at = skip_blanks(text, at);
  const std::size_t start = at;
  while (at < text.size() && !is_blank(text[at])) ++at;
  Number out{span_of(start, at), std::nullopt};
  const std::string_view digits = slice(text, out.span);
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc{} && end == digits.data() + digits.size()) out.value = value;
  return out;
}

int hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char lower = text::to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void read_data(std::string_view text, std::size_t at, TlsaRecord& out) {
  const std::size_t start = skip_blanks(text, at);
  std::size_t end = text.size();
  while (end > start && is_blank(text[end - 1])) --end;
  out.data = span_of(start, end);
  int high = -1;
  for (std::size_t i = start; i < end && out.octets.size() < kMaxOctets; ++i) {
    if (is_blank(text[i])) continue;
    const int digit = hex_digit(text[i]);
    if (digit < 0) {
      std::size_t last = i + 1;
      while (last < end && hex_digit(text[last]) < 0 && !is_blank(text[last])) ++last;
      if (!out.not_hex) out.not_hex = span_of(i, last);
      i = last - 1;
    } else if (high < 0) {
      high = digit;
    } else {
      out.octets.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  out.odd_digits = high >= 0;
}

bool is_octet(const Number& number) { return number.value && *number.value <= 255; }

}  // namespace

bool TlsaRecord::valid() const noexcept {
  return is_octet(usage) && is_octet(selector) && is_octet(matching) && !octets.empty() && !odd_digits && !not_hex;
}

TlsaRecord parse_tlsa(std::string_view text) {
  TlsaRecord out;
  std::size_t at = 0;
  out.usage = read_number(text, at);
  out.selector = read_number(text, at);
  out.matching = read_number(text, at);
  read_data(text, at, out);
  return out;
}

std::string print(const dns::Tlsa& tlsa) {
  std::string out = fmt::format("{} {} {} ", tlsa.usage, tlsa.selector, tlsa.matching);
  for (const std::uint8_t octet : tlsa.data) fmt::format_to(std::back_inserter(out), "{:02x}", octet);
  return out;
}

}  // namespace envelint::dane
