#include <envelint/dns/zone_generate.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace envelint::dns {
namespace {

// A label is at most this long: wider numbers fit in no name.
constexpr int kMaxWidth = 63;

template <typename Number>
bool read_number(std::string_view word, Number& out) {
  if (word.starts_with('+')) word.remove_prefix(1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  return !word.empty() && error == std::errc() && end == word.data() + word.size();
}

struct Modifier {
  std::int64_t offset = 0;
  int width = 0;
  char base = 'd';
};

bool read_modifier(std::string_view text, Modifier& out) {
  const std::size_t first = text.find(',');
  if (!read_number(text.substr(0, first), out.offset) || std::abs(out.offset) > INT32_MAX) return false;
  if (first == std::string_view::npos) return true;
  text.remove_prefix(first + 1);
  const std::size_t second = text.find(',');
  if (!read_number(text.substr(0, second), out.width) || out.width < 0 || out.width > kMaxWidth) return false;
  if (second == std::string_view::npos) return true;
  text.remove_prefix(second + 1);
  if (text.size() != 1 || !std::string_view("doxXnN").contains(text[0])) return false;
  out.base = text[0];
  return true;
}

// Hexadecimal digits from the last to the first with dots between, as reverse IPv6 names have them.
void append_nibbles(std::string& out, std::int64_t value, int width, bool upper) {
  const std::string_view digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  do {
    out += digits[static_cast<std::size_t>(value & 0xF)];
    value >>= 4;
    --width;
    if (width > 0 || value != 0) {
      out += '.';
      --width;
    }
  } while (value != 0 || width > 0);
}

void append_number(std::string& out, std::int64_t value, const Modifier& modifier) {
  auto at = std::back_inserter(out);
  switch (modifier.base) {
    case 'o': fmt::format_to(at, "{:0{}o}", value, modifier.width); return;
    case 'x': fmt::format_to(at, "{:0{}x}", value, modifier.width); return;
    case 'X': fmt::format_to(at, "{:0{}X}", value, modifier.width); return;
    case 'n':
    case 'N': append_nibbles(out, value, modifier.width, modifier.base == 'N'); return;
    default: fmt::format_to(at, "{:0{}d}", value, modifier.width); return;
  }
}

}  // namespace

std::optional<GenerateRange> parse_generate_range(std::string_view word) noexcept {
  GenerateRange range;
  const std::size_t slash = word.find('/');
  if (slash != std::string_view::npos && !read_number(word.substr(slash + 1), range.step)) return std::nullopt;
  word = word.substr(0, slash);
  const std::size_t dash = word.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  if (!read_number(word.substr(0, dash), range.start) || !read_number(word.substr(dash + 1), range.stop)) {
    return std::nullopt;
  }
  if (range.stop > INT32_MAX || range.step > INT32_MAX || range.step == 0 || range.stop < range.start) {
    return std::nullopt;
  }
  return range;
}

std::expected<std::string, std::string> generate(std::string_view pattern, std::uint32_t number) {
  std::string out;
  while (true) {
    const std::size_t plain = std::min(pattern.find_first_of("$\\"), pattern.size());
    out += pattern.substr(0, plain);
    pattern.remove_prefix(plain);
    if (pattern.empty()) return out;
    if (pattern[0] == '\\') {
      out += pattern.substr(0, 2);
      pattern.remove_prefix(std::min<std::size_t>(2, pattern.size()));
      continue;
    }
    pattern.remove_prefix(1);
    if (pattern.starts_with('$')) {
      out += '$';
      pattern.remove_prefix(1);
      continue;
    }
    Modifier modifier;
    if (pattern.starts_with('{')) {
      const std::size_t close = pattern.find('}');
      if (close == std::string_view::npos) return std::unexpected("`${` is not closed by `}`");
      if (!read_modifier(pattern.substr(1, close - 1), modifier)) {
        return std::unexpected(fmt::format("`${}` is not `${{offset,width,base}}`", pattern.substr(0, close + 1)));
      }
      pattern.remove_prefix(close + 1);
    }
    const std::int64_t value = number + modifier.offset;
    if (value < 0) return std::unexpected("the offset makes the number negative");
    append_number(out, value, modifier);
  }
}

}  // namespace envelint::dns
