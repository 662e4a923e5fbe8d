#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::dns {

/// A record type by its number; types without a name here are carried all the same.
enum class Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  srv = 33,
  naptr = 35,
  dname = 39,
  ds = 43,
  rrsig = 46,
  nsec = 47,
  dnskey = 48,
  tlsa = 52,
  https = 65,
  spf = 99,  ///< obsolete (RFC 7208 §3.1)
  caa = 257,
};

/// "TXT", or "TYPE65280" for a type without a name (RFC 3597 §5).
[[nodiscard]] std::string to_string(Type type);
/// Reads a type mnemonic in any case, or "TYPEnnn".
[[nodiscard]] std::optional<Type> parse_type(std::string_view word) noexcept;

}  // namespace envelint::dns
