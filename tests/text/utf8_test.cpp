#include <support/catch.hpp>

#include <envelint/text/utf8.hpp>

using namespace envelint::text;

TEST_CASE("what hides is made visible", "[text][utf8]") {
  CHECK(visible("plain text") == "plain text");
  CHECK(visible("a\xC2\xA0"
                "b") == "a\\u{00A0}b");
  CHECK(visible("\xE2\x80\xAE") == "\\u{202E}");
  CHECK(visible("\xEF\xBB\xBFv") == "\\u{FEFF}v");
  CHECK(visible("\x1B[31m") == "\\u{001B}[31m");
  CHECK(visible("\t\r\n") == "\\t\\r\\n");
  CHECK(visible("\xFF\xC3(") == "\\xFF\\xC3(");
  CHECK(visible("caf\xC3\xA9") == "caf\xC3\xA9");
  CHECK(visible(std::string_view("\0", 1)) == "\\u{0000}");
}

TEST_CASE("a letter that takes no column is made visible too", "[text][utf8]") {
  CHECK(visible("\xE1\x85\xA1") == "\\u{1161}");  // a Hangul vowel that joins the letter before it
}

TEST_CASE("code points are named as Unicode names them", "[text][utf8]") {
  CHECK(describe(0xA0) == "U+00A0 NO-BREAK SPACE");
  CHECK(describe(0x200B) == "U+200B ZERO WIDTH SPACE");
  CHECK(describe(0x1B) == "U+001B control character");
}

TEST_CASE("invalid bytes alone are replaced for JSON", "[text][utf8]") {
  CHECK(to_valid_utf8("a\xFFz") == "a\\xFFz");
  CHECK(to_valid_utf8("caf\xC3\xA9") == "caf\xC3\xA9");
}

TEST_CASE("widths are those of a terminal", "[text][utf8]") {
  CHECK(display_width('a') == 1);
  CHECK(display_width(0xFF1B) == 2);  // fullwidth semicolon
}
