#include <envelint/text/utf8.hpp>

#include <envelint/text/ascii.hpp>

#include <unictype.h>
#include <uniname.h>
#include <unistr.h>
#include <uniwidth.h>

#include <array>
#include <cstdio>

namespace envelint::text {
namespace {

std::string hex(const char* format, unsigned value) {
  std::array<char, 24> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

bool is_printable_ascii(char32_t c) { return c >= 0x20 && c < 0x7F; }

// The signs and letters of Latin-1, such as `§`, need no look into the tables. U+00AD is the soft hyphen.
bool is_printable_latin(char32_t c) { return is_printable_ascii(c) || (c > 0xA0 && c <= 0xFF && c != 0xAD); }

}  // namespace

CodePoint next_code_point(std::string_view bytes) noexcept {
  const auto byte = static_cast<unsigned char>(bytes.front());
  if (byte < 0x80) return {byte, 1, true};
  ucs4_t c = 0;
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  const int size = u8_mbtoucr(&c, data, bytes.size());
  if (size <= 0) return {byte, 1, false};
  return {static_cast<char32_t>(c), static_cast<std::uint8_t>(size), true};
}

bool is_hidden(char32_t c) noexcept {
  if (is_printable_latin(c)) return false;
  const uc_general_category_t hidden =
      uc_general_category_or(uc_general_category_or(UC_CATEGORY_C, UC_CATEGORY_Z), UC_CATEGORY_M);
  return c < 0x20 || c == 0x7F || uc_is_general_category(static_cast<ucs4_t>(c), hidden) ||
         uc_is_property_default_ignorable_code_point(static_cast<ucs4_t>(c));
}

int display_width(char32_t c) noexcept {
  if (is_printable_latin(c)) return 1;
  const int width = uc_width(static_cast<ucs4_t>(c), "UTF-8");
  return width < 0 ? 0 : width;
}

std::string code_point_name(char32_t c) {
  std::array<char, UNINAME_MAX> buffer{};
  if (unicode_character_name(static_cast<ucs4_t>(c), buffer.data()) == nullptr) return "control character";
  return buffer.data();
}

std::string describe(char32_t c) { return hex("U+%04X ", static_cast<unsigned>(c)) + code_point_name(c); }

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const CodePoint c = next_code_point(bytes);
    if (c.valid) {
      out.append(bytes.substr(0, c.size));
    } else {
      out += hex("\\x%02X", static_cast<unsigned>(c.value));
    }
    bytes.remove_prefix(c.size);
  }
  return out;
}

Visible next_visible(std::string_view bytes) {
  const CodePoint c = next_code_point(bytes);
  Visible out;
  out.size = c.size;
  if (!c.valid) {
    out.text = hex("\\x%02X", static_cast<unsigned>(c.value));
  } else if (c.value == '\t') {
    out.text = "\\t";
  } else if (c.value == '\r') {
    out.text = "\\r";
  } else if (c.value == '\n') {
    out.text = "\\n";
  } else if (is_hidden(c.value) || display_width(c.value) == 0) {
    out.text = hex("\\u{%04X}", static_cast<unsigned>(c.value));
  } else {
    out.text = bytes.substr(0, c.size);
    out.width = display_width(c.value);
    return out;
  }
  out.width = static_cast<int>(out.text.size());
  return out;
}

std::string visible(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const char c = bytes.front();
    if (is_printable_ascii(static_cast<unsigned char>(c))) {
      out.push_back(c);
      bytes.remove_prefix(1);
      continue;
    }
    Visible v = next_visible(bytes);
    out += v.text;
    bytes.remove_prefix(v.size);
  }
  return out;
}

}  // namespace envelint::text
