#include <support/catch.hpp>

#include <envelint/mime/decode.hpp>

#include <string>

using namespace envelint::mime;

namespace {

constexpr std::size_t kMost = 100'000;

std::string decoded(std::string_view body, std::string_view encoding) { return decode(body, encoding, kMost); }
std::string utf8(std::string_view text, std::string_view charset) { return to_utf8(text, charset, kMost); }

}  // namespace

TEST_CASE("transfer encodings are decoded, in any case of their names", "[mime]") {
  CHECK(decoded("SGVsbG8=\r\n", "base64") == "Hello");
  CHECK(decoded("SGVsbG8=\r\n", "BASE64") == "Hello");
  CHECK(decoded("a=3Db=\r\nc", "quoted-printable") == "a=bc");
  CHECK(decoded("noise\nbegin 644 a.txt\n#0V%T\n`\nend\n", "x-uuencode") == "Cat");
  for (const std::string_view plain : {"", "7bit", "8bit", "binary", "x-yenc", "yenc", "no-such"}) {
    INFO(plain);
    CHECK(decoded("SGVsbG8=\r\n", plain) == "SGVsbG8=\r\n");
  }
}

TEST_CASE("what is broken is decoded as far as it goes", "[mime]") {
  CHECK(decoded("SGV*sb\r\n\r\nG8", "base64") == "Hello");
  CHECK(decoded("a=ZZb=", "quoted-printable").starts_with("a=ZZb"));
  CHECK(decoded("no begin", "uuencode") == "no begin");
  CHECK(decoded("begin 644", "uuencode") == "begin 644");
  CHECK(decoded("", "base64").empty());
}

TEST_CASE("the size is that of what is decoded", "[mime]") {
  const std::string line(76, 'A');
  std::string body;
  for (int i = 0; i < 1000; ++i) body += line + "\r\n";
  CHECK(decoded_size(body, "base64") == 57'000);
  CHECK(decoded(body, "base64").size() == 57'000);
  CHECK(decode(body, "base64", 10).size() == 10);
  CHECK(decoded_size(body, "7bit") == body.size());
}

TEST_CASE("texts become UTF-8", "[mime]") {
  CHECK(utf8("Gr\xFC\xDF"
             "e",
             "iso-8859-1") == "Gr\u00FC\u00DFe");
  CHECK(utf8("\x93quoted\x94", "ISO-8859-1") == "\u201Cquoted\u201D");
  CHECK(utf8("\xC5\xCC", "koi8-r") == "\u0435\u043B");
  CHECK(utf8("\x1B$B$3\x1B(B", "ISO-2022-JP") == "\u3053");
  CHECK(utf8("\x82\xB1", "Shift_JIS") == "\u3053");
  CHECK(utf8(std::string_view("H\0i\0", 4), "utf-16le") == "Hi");
  CHECK(utf8("\xC4\xE3", "gb2312") == "\u4F60");
}

TEST_CASE("a text that is not in its charset is shown all the same", "[mime]") {
  CHECK(utf8("a\xFF"
             "b",
             "utf-8") ==
        "a\uFFFD"
        "b");
  CHECK(utf8("\x1B$B$3", "iso-2022-jp") == "\u3053");
  CHECK(utf8("Gr\u00FC\u00DFe", "us-ascii") == "Gr\u00FC\u00DFe");
  CHECK(utf8("Gr\xFC\xDF"
             "e",
             "us-ascii") == "Gr\u00FC\u00DFe");
  CHECK(utf8("Gr\xFC\xDF"
             "e",
             "") == "Gr\u00FC\u00DFe");
  CHECK(utf8("Gr\u00FC\u00DFe", "no-such-charset") == "Gr\u00FC\u00DFe");
  CHECK(utf8("x", "../../etc/passwd") == "x");
}

TEST_CASE("a character that is cut at the end is left out", "[mime]") {
  CHECK(utf8("Gr\xC3", "utf-8") == "Gr");
  CHECK(utf8("Gr\xC3", "us-ascii") == "Gr");
  CHECK(to_utf8("Gr\u00FC", "utf-8", 3) == "Gr");
  CHECK(to_utf8("Gr\xFC", "latin1", 3) == "Gr");
  CHECK(to_utf8("Gr\u00FC", "utf-8", 4) == "Gr\u00FC");
}

TEST_CASE("no converter is loaded because a message names it", "[mime]") {
  CHECK(is_known_charset("UTF-8"));
  CHECK(is_known_charset("Windows-1252"));
  for (const std::string_view name : {"utf-7", "ISO-2022-CN-EXT", "IBM1364", "UTF-8//TRANSLIT", "", "a/b"}) {
    INFO(name);
    CHECK_FALSE(is_known_charset(name));
  }
}
