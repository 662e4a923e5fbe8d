#include "dialogue.hpp"

#include <envelint/smtp/proxy_protocol.hpp>

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

namespace {

const std::string kSignature("\r\n\r\n\0\r\nQUIT\n", 12);

/// `192.0.2.7:4711`, `-` for no address, `open`, `bad`.
std::string read(const std::string& octets) {
  const ProxyHeader header = read_proxy_header(octets);
  if (header.state == ProxyHeader::State::open) return "open";
  if (header.state == ProxyHeader::State::bad) return "bad";
  if (!header.address) return "-";
  return header.address->to_string() + ":" + std::to_string(header.port);
}

std::string v2(std::string_view command_and_family, std::string_view rest) {
  std::string out = kSignature + std::string(command_and_family);
  out += static_cast<char>(rest.size() >> 8);
  out += static_cast<char>(rest.size() & 0xFF);
  return out + std::string(rest);
}

SessionOptions proxied() {
  SessionOptions options = plain_options();
  options.proxy_from.add(net::Prefix::parse("192.0.2.0/24").value());
  return options;
}

}  // namespace

TEST_CASE("PROXY headers of version 1 are read", "[smtp][proxy]") {
  const auto [header, expected] = GENERATE(table<std::string, std::string>({
      {"PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\r\n", "192.0.2.7:4711"},
      {"PROXY TCP6 2001:db8::7 2001:db8::1 4711 25\r\n", "2001:db8::7:4711"},
      {"PROXY UNKNOWN\r\n", "-"},
      {"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", "-"},
      {"PROXY TCP4 192.0.2.7 198.51.100.1 4711 25\n", "bad"},
      {"PROXY TCP4 2001:db8::7 2001:db8::1 4711 25\r\n", "bad"},
      {"PROXY TCP4 192.0.2.7 198.51.100.1 65536 25\r\n", "bad"},
      {"PROXY TCP4 192.0.2.7 198.51.100.1 04711 25\r\n", "bad"},
      {"PROXY TCP4 192.0.2.7 198.51.100.1 4711\r\n", "bad"},
      {"PROXY TCP4 192.0.2.7  198.51.100.1 4711 25\r\n", "bad"},
      {"PROXY UDP4 192.0.2.7 198.51.100.1 4711 25\r\n", "bad"},
      {"PROXY \r\n", "bad"},
      {"PROXY " + std::string(110, 'x'), "bad"},
      {"EHLO client.example\r\n", "bad"},
      {"PROX", "open"},
      {"", "open"},
  }));
  INFO(header);
  CHECK(read(header) == expected);
  if (expected != "open") CHECK(read(header + "EHLO x\r\n") == expected);
}

TEST_CASE("PROXY headers of version 2 are read", "[smtp][proxy]") {
  const std::string v4("\xC0\x00\x02\x07\xC6\x33\x64\x01\x12\x67\x00\x19", 12);
  const std::string v6 = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + "\x07" + std::string(16, '\0') +
                         std::string("\x12\x67\x00\x19", 4);
  CHECK(read(v2("\x21\x11", v4)) == "192.0.2.7:4711");
  CHECK(read(v2("\x21\x11", v4 + "TLV")) == "192.0.2.7:4711");
  CHECK(read(v2("\x21\x21", v6)) == "2001:db8::7:4711");
  CHECK(read(v2("\x20\x11", v4)) == "-");
  CHECK(read(v2(std::string_view("\x20\x00", 2), "")) == "-");
  CHECK(read(v2(std::string_view("\x21\x00", 2), "")) == "-");
  CHECK(read(v2("\x21\x31", std::string(216, 'x'))) == "-");
  CHECK(read(v2("\x21\x12", v4)) == "bad");
  CHECK(read(v2("\x22\x11", v4)) == "bad");
  CHECK(read(v2("\x11\x11", v4)) == "bad");
  CHECK(read(v2("\x21\x11", v4.substr(1))) == "bad");
  CHECK(read(v2("\x21\x21", v4)) == "bad");
  CHECK(read(v2("\x21\x11", std::string(5000, 'x'))) == "bad");
  const std::string whole = v2("\x21\x11", v4);
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(read(whole.substr(0, size)) == "open");
}

TEST_CASE("the session knows whom the header names", "[smtp][proxy]") {
  Player player(proxied());
  CHECK(player.take() == "");
  CHECK(player.session.phase() == Phase::proxy_header);
  player.send("PROXY TCP4 203.0.113.9 198.51.100.1 4711 25\r\n");
  CHECK(player.session.client().address.to_string() == "203.0.113.9");
  CHECK(player.session.client().port == 4711);
  CHECK(player.session.client().source == Client::Source::proxy);
}
