#include <envelint/render/json_writer.hpp>

#include <envelint/text/utf8.hpp>

#include <array>
#include <charconv>

namespace envelint::render {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

// Bytes that stand for themselves in a JSON string; the rest is looked at one by one.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x20; c < 0x7F; ++c) plain[c] = c != '"' && c != '\\';
  return plain;
}();

void add_unit(std::string& out, unsigned unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += kHex[(unit >> shift) & 0xF];
}

void add_escape(std::string& out, char32_t c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (c < 0x10000) {
    add_unit(out, static_cast<unsigned>(c));
    return;
  }
  // RFC 8259 §7: beyond the basic plane, a surrogate pair.
  const auto rest = static_cast<unsigned>(c) - 0x10000;
  add_unit(out, 0xD800 + (rest >> 10));
  add_unit(out, 0xDC00 + (rest & 0x3FF));
}

bool is_escaped(char32_t c) { return c == '"' || c == '\\' || text::is_hidden(c); }

}  // namespace

void JsonWriter::add_string(std::string_view text) {
  out_ += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && kPlain[static_cast<unsigned char>(text[plain])]) ++plain;
    out_.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const text::CodePoint c = text::next_code_point(text);
    if (!c.valid) {
      out_.append("\\\\x");
      for (const unsigned nibble : {c.value >> 4, c.value & 0xF}) out_ += "0123456789ABCDEF"[nibble];
    } else if (is_escaped(c.value)) {
      add_escape(out_, c.value);
    } else {
      out_.append(text.substr(0, c.size));
    }
    text.remove_prefix(c.size);
  }
  out_ += '"';
}

void JsonWriter::separate() {
  if (!first_) out_ += ',';
  if (pretty_ && depth_ > 0) {
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }
  first_ = false;
}

void JsonWriter::add_key(std::string_view key) {
  separate();
  out_.append(1, '"').append(key).append(pretty_ ? "\": " : "\":");
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::open(std::string_view key, char bracket) {
  add_key(key);
  out_ += bracket;
  ++depth_;
  first_ = true;
}

void JsonWriter::close(char bracket) {
  --depth_;
  if (pretty_ && !first_) {
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }
  out_ += bracket;
  first_ = false;
}

void JsonWriter::value(std::string_view text) {
  separate();
  add_string(text);
}

void JsonWriter::value(std::uint64_t number) {
  separate();
  add_number(number);
}

void JsonWriter::member(std::string_view key, std::string_view text) {
  add_key(key);
  add_string(text);
}

void JsonWriter::member(std::string_view key, bool yes) {
  add_key(key);
  out_ += yes ? "true" : "false";
}

void JsonWriter::add_number(std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto [end, fault] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out_.append(digits.data(), end);
}

void JsonWriter::member(std::string_view key, std::uint64_t number) {
  add_key(key);
  add_number(number);
}

void JsonWriter::raw_member(std::string_view key, std::string_view json) {
  add_key(key);
  out_.append(json);
}

}  // namespace envelint::render
