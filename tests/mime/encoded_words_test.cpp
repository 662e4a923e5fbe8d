#include <support/catch.hpp>

#include <envelint/mime/encoded_words.hpp>

using envelint::mime::decoded;

TEST_CASE("a field is read as a person reads it", "[mime]") {
  CHECK(decoded("plain text") == "plain text");
  CHECK(decoded(" folded\r\n and folded\r\n\tagain ") == "folded and folded\tagain");
  CHECK(decoded("=?utf-8?q?Gr=C3=BC=C3=9Fe?=") ==
        "Gr\xC3\xBC\xC3\x9F"
        "e");
  CHECK(decoded("=?iso-8859-1?q?Gr=FC=DFe?=") ==
        "Gr\xC3\xBC\xC3\x9F"
        "e");
  CHECK(decoded("=?utf-8*de?q?Gr=C3=BC?=") == "Gr\xC3\xBC");
  CHECK(decoded("=?utf-8?b?R3LDvA==?=\r\n =?utf-8?b?w59l?=") ==
        "Gr\xC3\xBC\xC3\x9F"
        "e");
}

TEST_CASE("what is no encoded word, or a broken one, does no harm", "[mime]") {
  CHECK(decoded("") == "");
  CHECK(decoded("=?") == "=?");
  CHECK(decoded("=?utf-8?q?never ends") == "=?utf-8?q?never ends");
  CHECK(decoded("=?utf-8?q?a b?=") == "=?utf-8?q?a b?=");
  CHECK(decoded("=? =?utf-8 =?utf-8?q?=41?= ?=") == "=? =?utf-8 A ?=");
  CHECK(decoded("=?=?=?utf-8?q?a?=").contains("=?"));
  CHECK(decoded("=?no-such-charset?q?x?=") == "=?no-such-charset?q?x?=");
  CHECK(decoded(std::string_view("a\0b", 3)) == "ab");
  CHECK(decoded(std::string(100'000, 'a')).size() == envelint::mime::kMaxFieldText);
}
