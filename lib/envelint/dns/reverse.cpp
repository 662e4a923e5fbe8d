#include <envelint/dns/reverse.hpp>

#include <fmt/format.h>

#include <string>

namespace envelint::dns {

Name reverse_name(const net::Address& address) {
  const net::Address plain = address.unmapped();
  const auto& octets = plain.octets();
  std::string text;
  if (plain.is_v4()) {
    text = fmt::format("{}.{}.{}.{}.in-addr.arpa", octets[3], octets[2], octets[1], octets[0]);
  } else {
    for (auto octet = octets.rbegin(); octet != octets.rend(); ++octet) {
      text += fmt::format("{:x}.{:x}.", *octet & 0xF, *octet >> 4);
    }
    text += "ip6.arpa";
  }
  return Name::parse(text).value();
}

bool is_reverse_name(const Name& name) {
  static const Name kV4 = Name::parse("in-addr.arpa").value();
  static const Name kV6 = Name::parse("ip6.arpa").value();
  return name.is_within(kV4) || name.is_within(kV6);
}

}  // namespace envelint::dns
