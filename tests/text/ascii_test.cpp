#include <envelint/text/ascii.hpp>

#include "../support/catch.hpp"

#include <string>

using envelint::text::all_ascii;
using envelint::text::CharSet;

TEST_CASE("a set of octets holds what it was made of and nothing else", "[text]") {
  constexpr CharSet kSigns{"+-\xFF"};
  int held = 0;
  for (int octet = 0; octet < 256; ++octet) held += kSigns.contains(static_cast<char>(octet)) ? 1 : 0;
  CHECK(held == 3);
  CHECK(kSigns.contains('+'));
  CHECK(kSigns.contains('-'));
  CHECK(kSigns.contains('\xFF'));
}

TEST_CASE("one octet outside ASCII is found wherever it stands", "[text]") {
  CHECK(all_ascii(""));
  for (std::size_t size = 1; size < 40; ++size) {
    std::string text(size, '\x7F');
    CHECK(all_ascii(text));
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\x80';
      CHECK_FALSE(all_ascii(text));
      text[at] = '\0';
    }
    CHECK(all_ascii(text));
  }
}
