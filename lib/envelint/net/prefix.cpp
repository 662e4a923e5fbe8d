#include <envelint/net/prefix.hpp>

#include <envelint/text/ascii.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace envelint::net {
namespace {

/// The bits of octet `index` that lie behind a prefix of `length` bits.
constexpr std::uint8_t host_mask(int length, std::size_t index) noexcept {
  const int bits = std::clamp(length - static_cast<int>(index) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xFF >> bits);
}

Address with_octets(Family family, const std::array<std::uint8_t, 16>& octets) noexcept {
  if (family == Family::v6) return Address(octets);
  return Address(std::array<std::uint8_t, 4>{octets[0], octets[1], octets[2], octets[3]});
}

std::optional<int> parse_length(std::string_view text) noexcept {
  if (text.empty() || text.size() > 3 || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (!text::is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Eight octets from `index` on, the first of them the most significant.
std::uint64_t word_at(const std::array<std::uint8_t, 16>& octets, std::size_t index) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, octets.data() + index, sizeof word);
  return std::endian::native == std::endian::little ? std::byteswap(word) : word;
}

}  // namespace

std::optional<Prefix> Prefix::parse(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Prefix(*address);
  const auto length = parse_length(text.substr(slash + 1));
  if (!length || *length > address->bits()) return std::nullopt;
  return Prefix(*address, *length);
}

Address Prefix::first() const noexcept {
  auto octets = address_.octets();
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] &= static_cast<std::uint8_t>(~host_mask(length_, i));
  return with_octets(family(), octets);
}

Address Prefix::last() const noexcept {
  auto octets = address_.octets();
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] |= host_mask(length_, i);
  return with_octets(family(), octets);
}

bool Prefix::contains(const Address& address) const noexcept {
  if (address.family() != family()) return false;
  // Receivers compare a client with thousands of these: eight octets at once, of which IPv4 has the first four.
  const std::uint64_t high = word_at(address_.octets(), 0) ^ word_at(address.octets(), 0);
  if (length_ <= 64) return length_ == 0 || high >> (64 - length_) == 0;
  const std::uint64_t low = word_at(address_.octets(), 8) ^ word_at(address.octets(), 8);
  return high == 0 && low >> (128 - length_) == 0;
}

long double Prefix::size() const noexcept { return std::ldexp(1.0L, address_.bits() - length()); }

std::string Prefix::to_string() const {
  std::string out = address_.to_string();
  if (length() < address_.bits()) out.append("/").append(std::to_string(length()));
  return out;
}

}  // namespace envelint::net
