#include <support/catch.hpp>

#include <envelint/io/endpoint.hpp>

#include <string>
#include <string_view>

using envelint::io::Endpoint;

namespace {

std::string read_as(std::string_view text) {
  const auto endpoint = Endpoint::parse(text, 53);
  return endpoint ? endpoint->to_string(53) : "none";
}

}  // namespace

TEST_CASE("an endpoint is an address with or without a port", "[io]") {
  CHECK(read_as("192.0.2.1") == "192.0.2.1");
  CHECK(read_as("192.0.2.1:53") == "192.0.2.1");
  CHECK(read_as("192.0.2.1:5353") == "192.0.2.1:5353");
  CHECK(read_as("2001:db8::1") == "2001:db8::1");
  CHECK(read_as("[2001:db8::1]") == "2001:db8::1");
  CHECK(read_as("[2001:db8::1]:5353") == "[2001:db8::1]:5353");
}

TEST_CASE("the interface of a link-local address is kept", "[io]") {
  CHECK(read_as("fe80::1%eth0") == "fe80::1%eth0");
  CHECK(read_as("[fe80::1%eth0]:5353") == "[fe80::1%eth0]:5353");
}

TEST_CASE("what is no endpoint is none", "[io]") {
  for (const std::string_view text :
       {"", ":", ":53", "localhost", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:5x", "[192.0.2.1]:53",
        "[2001:db8::1", "[2001:db8::1]53", "[2001:db8::1]:", "2001:db8::1%", "192.0.2.1%eth0",
        "fe80::1%aninterfacewithalongname", "fe80::1%e\x1b[m"}) {
    CAPTURE(text);
    CHECK(read_as(text) == "none");
  }
}

TEST_CASE("loopback is 127.0.0.0/8 and ::1", "[io]") {
  const auto loopback = [](std::string_view text) { return Endpoint::parse(text, 53)->is_loopback(); };
  CHECK(loopback("127.0.0.1"));
  CHECK(loopback("127.0.0.53:5353"));
  CHECK(loopback("::1"));
  CHECK(loopback("::ffff:127.0.0.1"));
  CHECK_FALSE(loopback("192.0.2.1"));
  CHECK_FALSE(loopback("::2"));
}
