#include <envelint/text/ascii.hpp>

#include "../support/catch.hpp"

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
