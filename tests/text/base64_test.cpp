#include <support/catch.hpp>

#include <envelint/text/base64.hpp>

using namespace envelint::text;
using Kind = Base64Fault::Kind;

TEST_CASE("base64 goes there and back for every length", "[text][base64]") {
  Bytes bytes;
  for (int i = 0; i < 70; ++i) {
    CHECK(base64_decode(base64_encode(bytes)) == bytes);
    bytes.push_back(static_cast<std::uint8_t>(i * 37));
  }
}

TEST_CASE("base64 vectors of RFC 4648 section 10", "[text][base64]") {
  const auto encode = [](std::string_view text) { return base64_encode(Bytes(text.begin(), text.end())); };
  CHECK(encode("") == "");
  CHECK(encode("f") == "Zg==");
  CHECK(encode("fo") == "Zm8=");
  CHECK(encode("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 skips folding white space and takes missing padding", "[text][base64]") {
  CHECK(base64_decode("Zm9v\r\n\tYmFy") == base64_decode("Zm9vYmFy"));
  CHECK(base64_decode("Zg") == base64_decode("Zg=="));
}

TEST_CASE("base64 names the first fault and where it is", "[text][base64]") {
  const auto fault = [](std::string_view text) {
    const auto result = base64_decode(text);
    REQUIRE_FALSE(result.has_value());
    return std::pair(result.error().kind, result.error().offset);
  };
  CHECK(fault("Zm9v!mFy") == std::pair(Kind::character, std::size_t{4}));
  CHECK(fault("Zm9=vYmF") == std::pair(Kind::padding, std::size_t{4}));
  CHECK(fault("=") == std::pair(Kind::padding, std::size_t{0}));
  CHECK(fault("Zm9vY") == std::pair(Kind::length, std::size_t{5}));
}
