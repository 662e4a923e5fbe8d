#include <envelint/smtp/proxy_protocol.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace envelint::smtp {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view kText = "PROXY ";
constexpr std::string_view kBinary("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kMaxText = 107;  // proxy-protocol.txt §2.1, with the CRLF
constexpr std::size_t kBinaryHead = 16;

constexpr ProxyHeader kOpen{};
constexpr ProxyHeader kBad{State::bad};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> out;
  while (true) {
    const std::size_t space = text.find(' ');
    out.push_back(text.substr(0, space));
    if (space == std::string_view::npos) return out;
    text.remove_prefix(space + 1);
  }
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (error != std::errc() || end != text.data() + text.size() || leading_zero) return std::nullopt;
  return port;
}

/// `PROXY TCP4 192.0.2.1 198.51.100.1 4711 25`, without its CRLF.
ProxyHeader read_line(std::string_view line) {
  const std::vector<std::string_view> words = split(line);
  ProxyHeader out{State::whole, line.size() + 2};
  if (words[1] == "UNKNOWN") return out;
  if (words.size() != 6 || (words[1] != "TCP4" && words[1] != "TCP6")) return kBad;
  const auto parse = words[1] == "TCP4" ? net::Address::parse_v4 : net::Address::parse_v6;
  const std::optional<std::uint16_t> port = port_of(words[4]);
  out.address = parse(words[2]);
  if (!out.address || !parse(words[3]) || !port || !port_of(words[5])) return kBad;
  out.port = *port;
  return out;
}

ProxyHeader read_text(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kMaxText);
  const std::size_t lf = head.find('\n');
  if (lf == std::string_view::npos) return head.size() == kMaxText ? kBad : kOpen;
  if (head[lf - 1] != '\r') return kBad;
  return read_line(head.substr(0, lf - 1));
}

std::uint8_t octet(std::string_view bytes, std::size_t place) { return static_cast<std::uint8_t>(bytes[place]); }

std::uint16_t number(std::string_view bytes, std::size_t place) {
  return static_cast<std::uint16_t>(octet(bytes, place) << 8 | octet(bytes, place + 1));
}

template <std::size_t Size>
net::Address address_at(std::string_view bytes, std::size_t place) {
  std::array<std::uint8_t, Size> octets{};
  for (std::size_t i = 0; i < Size; ++i) octets[i] = octet(bytes, place + i);
  return net::Address(octets);
}

/// The addresses of a whole header of version 2 (§2.2): two of them, then two ports.
ProxyHeader read_addresses(std::string_view header) {
  constexpr std::uint8_t kTcp4 = 0x11;
  constexpr std::uint8_t kTcp6 = 0x21;
  constexpr std::uint8_t kUnspecified = 0x00;
  constexpr std::uint8_t kUnixStream = 0x31;
  ProxyHeader out{State::whole, header.size()};
  const std::uint8_t family = octet(header, 13);
  const bool local = (octet(header, 12) & 0x0F) == 0;
  if (local || family == kUnspecified || family == kUnixStream) return out;
  const std::size_t size = family == kTcp4 ? 4 : 16;
  if (family != kTcp4 && family != kTcp6) return kBad;
  if (header.size() < kBinaryHead + 2 * size + 4) return kBad;
  out.address = family == kTcp4 ? address_at<4>(header, kBinaryHead) : address_at<16>(header, kBinaryHead);
  out.port = number(header, kBinaryHead + 2 * size);
  return out;
}

ProxyHeader read_binary(std::string_view bytes) {
  if (bytes.size() < kBinaryHead) return kOpen;
  const std::uint8_t version_and_command = octet(bytes, 12);
  if (version_and_command != 0x20 && version_and_command != 0x21) return kBad;
  const std::size_t size = kBinaryHead + number(bytes, 14);
  if (size > kMaxProxyHeader) return kBad;
  if (bytes.size() < size) return kOpen;
  return read_addresses(bytes.substr(0, size));
}

/// Whether one begins with the other.
bool agree(std::string_view bytes, std::string_view signature) {
  const std::size_t size = std::min(bytes.size(), signature.size());
  return bytes.substr(0, size) == signature.substr(0, size);
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
  if (!agree(bytes, kText) && !agree(bytes, kBinary)) return kBad;
  if (bytes.starts_with(kText)) return read_text(bytes);
  if (bytes.starts_with(kBinary)) return read_binary(bytes);
  return kOpen;
}

}  // namespace envelint::smtp
