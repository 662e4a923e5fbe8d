#include <support/catch.hpp>

#include <envelint/net/prefix.hpp>

#include <random>
#include <string>
#include <string_view>

using namespace envelint::net;

namespace {

Prefix prefix(std::string_view text) {
  const auto parsed = Prefix::parse(text);
  REQUIRE(parsed);
  return *parsed;
}

Address address(std::string_view text) { return prefix(text).address(); }

}  // namespace

TEST_CASE("a prefix is an address and a length", "[net][prefix]") {
  CHECK(prefix("192.0.2.0/24").to_string() == "192.0.2.0/24");
  CHECK(prefix("192.0.2.1").to_string() == "192.0.2.1");
  CHECK(prefix("192.0.2.1/32").to_string() == "192.0.2.1");
  CHECK(prefix("2001:db8::/32").to_string() == "2001:db8::/32");
  for (const char* text : {"", "/24", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/024", "192.0.2.0/+8", "192.0.2.0/8 ",
                           "2001:db8::/129", "2001:db8::/1000", "192.0.2.0/24/24"}) {
    INFO(text);
    CHECK_FALSE(Prefix::parse(text));
  }
  CHECK(Prefix(address("192.0.2.1"), 99).length() == 32);
  CHECK(Prefix(address("192.0.2.1"), -1).length() == 0);
}

TEST_CASE("bits behind the prefix are seen, and cut off", "[net][prefix]") {
  CHECK(prefix("192.0.2.1/24").has_host_bits());
  CHECK_FALSE(prefix("192.0.2.0/24").has_host_bits());
  CHECK(prefix("192.0.2.129/25").network().to_string() == "192.0.2.128/25");
  CHECK(prefix("2001:db8::1/32").network().to_string() == "2001:db8::/32");
  CHECK(prefix("192.0.2.77/26").first() == address("192.0.2.64"));
  CHECK(prefix("192.0.2.77/26").last() == address("192.0.2.127"));
  CHECK(prefix("0.0.0.0/0").last() == address("255.255.255.255"));
}

TEST_CASE("a prefix contains addresses and prefixes of its family only", "[net][prefix]") {
  CHECK(prefix("192.0.2.0/24").contains(address("192.0.2.255")));
  CHECK_FALSE(prefix("192.0.2.0/24").contains(address("192.0.3.0")));
  CHECK(prefix("192.0.2.0/24").contains(prefix("192.0.2.128/25")));
  CHECK_FALSE(prefix("192.0.2.128/25").contains(prefix("192.0.2.0/24")));
  CHECK(prefix("192.0.2.128/25").overlaps(prefix("192.0.2.0/24")));
  CHECK_FALSE(prefix("192.0.2.128/25").overlaps(prefix("192.0.2.0/25")));
  CHECK(prefix("::/0").contains(address("2001:db8::1")));
  CHECK_FALSE(prefix("::/0").contains(address("192.0.2.1")));
  CHECK_FALSE(prefix("0.0.0.0/0").contains(address("::ffff:192.0.2.1")));
}

TEST_CASE("sizes are exact powers of two", "[net][prefix]") {
  CHECK(prefix("192.0.2.0/24").size() == 256.0L);
  CHECK(prefix("192.0.2.1").size() == 1.0L);
  CHECK(prefix("0.0.0.0/0").size() == 4294967296.0L);
  CHECK(prefix("2001:db8::/64").size() == 18446744073709551616.0L);
  CHECK(prefix("::/0").size() == 18446744073709551616.0L * 18446744073709551616.0L);
}

TEST_CASE("containing is the same as lying between first and last", "[net][prefix][property]") {
  std::mt19937 random(2);
  const auto octet = [&random] { return static_cast<std::uint8_t>(random() % 4 == 0 ? 255 : random() % 2); };
  for (int i = 0; i < 20'000; ++i) {
    const Prefix p(Address(std::array<std::uint8_t, 4>{octet(), octet(), octet(), octet()}),
                   static_cast<int>(random() % 33));
    const Address a(std::array<std::uint8_t, 4>{octet(), octet(), octet(), octet()});
    REQUIRE(p.contains(a) == (p.first() <= a && a <= p.last()));
    REQUIRE(p.contains(p.first()));
    REQUIRE(p.network().contains(p));
    REQUIRE(Prefix::parse(p.to_string()) == p);
  }
}

TEST_CASE("an IPv6 prefix contains what begins with its bits", "[net][prefix][property]") {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::array<std::uint8_t, 16> octets{};
    for (std::uint8_t& octet : octets) octet = static_cast<std::uint8_t>(random());
    const int length = static_cast<int>(random() % 129);
    const int turned = static_cast<int>(random() % 128);
    std::array<std::uint8_t, 16> other = octets;
    other[static_cast<std::size_t>(turned) / 8] ^= static_cast<std::uint8_t>(0x80 >> turned % 8);
    REQUIRE(Prefix(Address(octets), length).contains(Address(octets)));
    REQUIRE(Prefix(Address(octets), length).contains(Address(other)) == (turned >= length));
  }
}
