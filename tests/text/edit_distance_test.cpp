#include <support/catch.hpp>

#include <envelint/text/edit_distance.hpp>

#include <array>

using namespace envelint::text;

TEST_CASE("edit distance counts insertions, deletions, replacements and swaps", "[text]") {
  CHECK(edit_distance("include", "include", 3) == 0);
  CHECK(edit_distance("inlcude", "include", 3) == 1);  // a swap of neighbours is one slip of the fingers
  CHECK(edit_distance("ipv4", "ip4", 3) == 1);
  CHECK(edit_distance("IP4", "ip4", 3) == 0);
  CHECK(edit_distance("", "abc", 3) == 3);
  CHECK(edit_distance("kitten", "sitting", 5) == 3);
  CHECK(edit_distance("kitten", "sitting", 2) == 3);  // past the limit it says limit + 1
}

TEST_CASE("nearest takes the closest candidate within the limit", "[text]") {
  constexpr std::array<std::string_view, 3> kWords{"include", "exists", "redirect"};
  CHECK(nearest("exist", kWords, 2) == "exists");
  CHECK(nearest("redirct", kWords, 2) == "redirect");
  CHECK(nearest("mailbox", kWords, 2) == std::nullopt);
}

TEST_CASE("a hostile word of any length is only far away", "[text]") {
  CHECK(edit_distance(std::string(100'000, 'a'), "include", 2) == 3);
}
