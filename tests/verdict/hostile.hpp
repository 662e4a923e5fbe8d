#pragma once

#include <support/catch.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// What senders put into names and addresses to get a field of their own into the header, or a result of their own into
/// a field.
namespace test {

inline constexpr std::array<std::string_view, 16> kHostile{
    "a\r\nX-Injected: yes",
    "a\r\n\r\nbody",
    "a\nX-Injected: yes",
    "a\rb",
    std::string_view("a\0b", 3),
    "a) dkim=pass (",
    "a; dkim=pass header.d=bank.example",
    "a\"; dkim=pass header.d=bank.example; spf=none reason=\"",
    "a\\",
    "\\\"",
    "a\\\r\n b",
    "\xE2\x80\xAE"
    "elpmaxe.knab",  // RIGHT-TO-LEFT OVERRIDE
    "a\xE2\x80\xA8"
    "b",  // LINE SEPARATOR
    "a\x7F\x1B[31mb",
    "\xFF\xFE",
    "\"a; dkim=pass \"@example.com",
};

/// Whether a line is printable, and UTF-8.
inline bool is_shown(std::string_view line) {
  while (!line.empty()) {
    const auto c = envelint::text::next_code_point(line);
    if (!c.valid || (c.value != ' ' && envelint::text::is_hidden(c.value))) return false;
    line.remove_prefix(c.size);
  }
  return true;
}

/// A whole header field holds nothing that ends it early or hides in it.
inline void check_field(std::string_view field) {
  REQUIRE(field.ends_with("\r\n"));
  field.remove_suffix(2);
  for (std::size_t start = 0; start <= field.size();) {
    const std::size_t end = std::min(field.find("\r\n", start), field.size());
    const std::string_view line = field.substr(start, end - start);
    const bool continues = line.starts_with(' ') && !envelint::text::trim(line).empty();
    CAPTURE(line);
    REQUIRE(line.size() <= 998);
    REQUIRE(continues == (start != 0));
    REQUIRE(is_shown(line));
    start = end + 2;
  }
}

}  // namespace test
