#include <envelint/net/address.hpp>

#include <envelint/text/ascii.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace envelint::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

/// Takes a number from 0 to 255 without leading zeros off the front of `text`.
std::optional<std::uint8_t> take_octet(std::string_view& text) noexcept {
  unsigned value = 0;
  std::size_t digits = 0;
  while (digits < text.size() && digits < 4 && text::is_digit(text[digits])) {
    value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
  }
  if (digits == 0 || value > 255 || (digits > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return static_cast<std::uint8_t>(value);
}

void append_number(std::string& out, unsigned value, int base) {
  std::array<char, 8> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, base).ptr;
  out.append(buffer.data(), end);
}

std::string dotted_quad(const std::uint8_t* octets) {
  std::string out;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) out.push_back('.');
    append_number(out, octets[i], 10);
  }
  return out;
}

/// The run of zero groups that "::" stands for: the first of the longest, at least two (RFC 5952 §4.2).
struct Run {
  int start = 8;
  int size = 1;
};

Run longest_zero_run(const std::array<unsigned, 8>& groups) {
  Run best;
  for (int i = 0; i < 8;) {
    int end = i;
    while (end < 8 && groups[static_cast<std::size_t>(end)] == 0) ++end;
    if (end - i > best.size) best = {i, end - i};
    i = std::max(end, i + 1);
  }
  return best;
}

std::string colon_groups(const std::array<std::uint8_t, 16>& octets) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<unsigned>(octets[2 * i] << 8 | octets[2 * i + 1]);
  const Run zeros = longest_zero_run(groups);
  std::string out;
  for (int i = 0; i < 8; ++i) {
    if (i == zeros.start) {
      out.append("::");
      i += zeros.size - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out.push_back(':');
    append_number(out, groups[static_cast<std::size_t>(i)], 16);
  }
  return out;
}

}  // namespace

std::optional<Address> Address::parse_v4(std::string_view text) noexcept {
  std::array<std::uint8_t, 4> octets{};
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    octets[i] = *octet;
  }
  if (!text.empty()) return std::nullopt;
  return Address(octets);
}

std::optional<Address> Address::parse_v6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::ranges::copy(text, terminated.begin());
  std::array<std::uint8_t, 16> octets{};
  if (inet_pton(AF_INET6, terminated.data(), octets.data()) != 1) return std::nullopt;
  return Address(octets);
}

std::optional<Address> Address::parse(std::string_view text) noexcept {
  return text.find(':') == std::string_view::npos ? parse_v4(text) : parse_v6(text);
}

bool Address::is_mapped() const noexcept {
  return !is_v4() && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), octets_.begin());
}

Address Address::unmapped() const noexcept {
  if (!is_mapped()) return *this;
  return Address(std::array<std::uint8_t, 4>{octets_[12], octets_[13], octets_[14], octets_[15]});
}

std::string Address::to_string() const {
  if (is_v4()) return dotted_quad(octets_.data());
  if (is_mapped()) return "::ffff:" + dotted_quad(octets_.data() + 12);
  return colon_groups(octets_);
}

}  // namespace envelint::net
