#include <support/catch.hpp>

#include <envelint/net/address.hpp>

#include <random>
#include <string>
#include <string_view>

using namespace envelint::net;

namespace {

std::string canonical(std::string_view text) {
  const auto address = Address::parse(text);
  return address ? address->to_string() : "no address";
}

}  // namespace

TEST_CASE("IPv4 is four decimal numbers up to 255", "[net]") {
  CHECK(canonical("192.0.2.1") == "192.0.2.1");
  CHECK(canonical("0.0.0.0") == "0.0.0.0");
  CHECK(canonical("255.255.255.255") == "255.255.255.255");
  for (const char* text : {"", "192.0.2", "192.0.2.", "192.0.2.1.", "192.0.2.1.5", ".192.0.2.1", "192..2.1",
                           "192.0.2.256", "192.0.2.1000", "192.0.2.01", "192.0.2.00", "192.0.2.+1", "192.0.2.-1",
                           " 192.0.2.1", "192.0.2.1 ", "0xC0.0.2.1", "192.0.2.a", "3221225985", "192.0.2.1/32"}) {
    INFO(text);
    CHECK_FALSE(Address::parse_v4(text));
  }
  CHECK_FALSE(Address::parse_v4(std::string(100'000, '1')));
}

TEST_CASE("IPv6 text is read in all its forms", "[net]") {
  CHECK(canonical("2001:db8:0:0:0:0:0:1") == "2001:db8::1");
  CHECK(canonical("2001:DB8::1") == "2001:db8::1");
  CHECK(canonical("::") == "::");
  CHECK(canonical("::ffff:192.0.2.1") == "::ffff:192.0.2.1");
  CHECK(canonical("64:ff9b::192.0.2.1") == "64:ff9b::c000:201");
  for (const char* text :
       {"", ":", ":::", "1::2::3", "2001:db8", "2001:db8::g", "12345::", "::1%eth0", "[::1]", "::1/64", " ::1",
        "::ffff:192.0.2.256", "::ffff:192.0.2.01", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "192.0.2.1"}) {
    INFO(text);
    CHECK_FALSE(Address::parse_v6(text));
  }
  CHECK_FALSE(Address::parse_v6(std::string_view("::1\0", 4)));
  CHECK_FALSE(Address::parse_v6(std::string(100'000, ':')));
}

TEST_CASE("IPv6 is printed as RFC 5952 wants it", "[net]") {
  CHECK(canonical("2001:0db8::0001") == "2001:db8::1");                // §4.1 no leading zeros
  CHECK(canonical("2001:db8:0:0:0:0:2:1") == "2001:db8::2:1");         // §4.2.1 as short as can be
  CHECK(canonical("2001:db8:0:1:1:1:1:1") == "2001:db8:0:1:1:1:1:1");  // §4.2.2 not for a single group
  CHECK(canonical("2001:0:0:1:0:0:0:1") == "2001:0:0:1::1");           // §4.2.3 the longest run
  CHECK(canonical("2001:db8:0:0:1:0:0:1") == "2001:db8::1:0:0:1");     // §4.2.3 the first of equals
  CHECK(canonical("2001:DB8:AAAA:0:0:0:0:0") == "2001:db8:aaaa::");    // §4.3 lower case
  CHECK(canonical("0:0:0:0:0:0:0:1") == "::1");
  CHECK(canonical("::1:2") == "::1:2");
}

TEST_CASE("an IPv4-mapped address holds an IPv4 address", "[net]") {
  const auto mapped = Address::parse("::ffff:192.0.2.1");
  REQUIRE(mapped);
  CHECK(mapped->is_mapped());
  CHECK_FALSE(mapped->is_v4());
  CHECK(mapped->unmapped() == Address::parse("192.0.2.1"));
  const auto plain = Address::parse("2001:db8::1");
  CHECK_FALSE(plain->is_mapped());
  CHECK(plain->unmapped() == plain);
}

TEST_CASE("addresses are ordered, IPv4 first", "[net]") {
  CHECK(*Address::parse("192.0.2.1") < *Address::parse("192.0.2.2"));
  CHECK(*Address::parse("255.255.255.255") < *Address::parse("::"));
  CHECK(*Address::parse("::ffff:0:0") < *Address::parse("2001:db8::"));
}

TEST_CASE("reading what was printed gives the same address", "[net][property]") {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::array<std::uint8_t, 16> octets{};
    for (std::size_t k = 0; k < 16; ++k) {
      if (random() % 2 != 0) octets[k] = static_cast<std::uint8_t>(random());  // zeros are what "::" is about
    }
    const Address v6(octets);
    REQUIRE(Address::parse(v6.to_string()) == v6);
    const Address v4(std::array<std::uint8_t, 4>{octets[0], octets[1], octets[2], octets[3]});
    REQUIRE(Address::parse(v4.to_string()) == v4);
  }
}
