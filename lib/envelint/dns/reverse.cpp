#include <envelint/dns/reverse.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace envelint::dns {
namespace {

// 32 labels of one digit, `ip6` and `arpa`, each behind its length, and the root.
using Wire = std::array<char, 32 * 2 + 4 + 5 + 1>;

char* put_label(char* at, std::string_view label) {
  *at = static_cast<char>(label.size());
  return std::ranges::copy(label, at + 1).out;
}

char* put_decimal(char* at, std::uint8_t octet) {
  std::array<char, 3> digits;
  return put_label(at, {digits.data(), std::to_chars(digits.begin(), digits.end(), octet).ptr});
}

char* put_nibbles(char* at, std::uint8_t octet) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  at = put_label(at, kDigits.substr(octet & 0xF, 1));
  return put_label(at, kDigits.substr(octet >> 4, 1));
}

}  // namespace

Name reverse_name(const net::Address& address) {
  const net::Address plain = address.unmapped();
  Wire wire{};
  char* at = wire.data();
  for (std::size_t i = plain.is_v4() ? 4 : 16; i-- > 0;) {
    const std::uint8_t octet = plain.octets()[i];
    at = plain.is_v4() ? put_decimal(at, octet) : put_nibbles(at, octet);
  }
  at = put_label(at, plain.is_v4() ? "in-addr" : "ip6");
  put_label(at, "arpa");
  return Name::from_wire({wire.data(), wire.size()}).value();
}

bool is_reverse_name(const Name& name) {
  static const Name kV4 = Name::parse("in-addr.arpa").value();
  static const Name kV6 = Name::parse("ip6.arpa").value();
  return name.is_within(kV4) || name.is_within(kV6);
}

}  // namespace envelint::dns
