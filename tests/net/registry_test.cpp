#include <support/catch.hpp>

#include <envelint/net/registry.hpp>

#include <string_view>

using namespace envelint::net;

namespace {

std::string_view name_of(std::string_view text) {
  const auto prefix = Prefix::parse(text);
  REQUIRE(prefix);
  const SpecialRange* range = special_range(*prefix);
  return range == nullptr ? "ordinary" : range->name;
}

bool never_a_source(std::string_view text) {
  const SpecialRange* range = special_range(*Prefix::parse(text));
  return range != nullptr && range->never_a_source;
}

}  // namespace

TEST_CASE("addresses set aside are told by name", "[net][registry]") {
  CHECK(name_of("10.1.2.3") == "private network");
  CHECK(name_of("172.31.255.255") == "private network");
  CHECK(name_of("172.32.0.0") == "ordinary");
  CHECK(name_of("192.168.0.0/16") == "private network");
  CHECK(name_of("100.64.0.1") == "shared address space of carrier-grade NAT");
  CHECK(name_of("127.0.0.1") == "loopback");
  CHECK(name_of("192.0.2.1") == "documentation");
  CHECK(name_of("239.255.255.250") == "multicast");
  CHECK(name_of("240.0.0.1") == "reserved");
  CHECK(name_of("255.255.255.255") == "limited broadcast");
  CHECK(name_of("9.9.9.9") == "ordinary");
  CHECK(name_of("::1") == "loopback");
  CHECK(name_of("fd00::1") == "unique local (private) network");
  CHECK(name_of("fe80::1") == "link-local");
  CHECK(name_of("2001:db8::1") == "documentation");
  CHECK(name_of("2001:0:1234::1") == "Teredo");
  CHECK(name_of("2002:c000:201::1") == "6to4");
  CHECK(name_of("::ffff:10.0.0.1") == "IPv4-mapped");
  CHECK(name_of("100::1") == "discard-only");
  CHECK(name_of("2600::1") == "ordinary");
}

TEST_CASE("a prefix is special only when all of it is", "[net][registry]") {
  CHECK(name_of("192.168.0.0/15") == "ordinary");
  CHECK(name_of("0.0.0.0/0") == "ordinary");
  CHECK(name_of("fc00::/7") == "unique local (private) network");
}

TEST_CASE("some special addresses do send mail", "[net][registry]") {
  CHECK(never_a_source("10.0.0.1"));
  CHECK(never_a_source("2001:db8::1"));
  CHECK_FALSE(never_a_source("2002:c000:201::1"));
  CHECK_FALSE(never_a_source("9.9.9.9"));
}

TEST_CASE("the registry is well formed", "[net][registry]") {
  const auto ranges = special_ranges();
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    INFO(ranges[i].prefix.to_string());
    CHECK_FALSE(ranges[i].prefix.has_host_bits());
    CHECK(ranges[i].reference.starts_with("RFC "));
    CHECK(special_range(ranges[i].prefix) == &ranges[i]);  // no wider block hides it
  }
}
