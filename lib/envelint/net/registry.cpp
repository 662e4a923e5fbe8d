#include <envelint/net/registry.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace envelint::net {
namespace {

constexpr Prefix v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d, int length) noexcept {
  return {Address(std::array<std::uint8_t, 4>{a, b, c, d}), length};
}

/// The first groups of an IPv6 address; the rest is zero.
constexpr Prefix v6(std::array<std::uint16_t, 8> groups, int length) noexcept {
  std::array<std::uint8_t, 16> octets{};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    octets[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    octets[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 0xFF);
  }
  return {Address(octets), length};
}

constexpr bool kNever = true;  // never a source on the public Internet
constexpr bool kMayBe = false;

// A block within another stands before it.
constexpr std::array kRanges{
    SpecialRange{v4(0, 0, 0, 0, 32), "unspecified address", "RFC 1122 §3.2.1.3", kNever},
    SpecialRange{v4(0, 0, 0, 0, 8), "\"this network\"", "RFC 791 §3.2", kNever},
    SpecialRange{v4(10, 0, 0, 0, 8), "private network", "RFC 1918", kNever},
    SpecialRange{v4(100, 64, 0, 0, 10), "shared address space of carrier-grade NAT", "RFC 6598", kNever},
    SpecialRange{v4(127, 0, 0, 0, 8), "loopback", "RFC 1122 §3.2.1.3", kNever},
    SpecialRange{v4(169, 254, 0, 0, 16), "link-local", "RFC 3927", kNever},
    SpecialRange{v4(172, 16, 0, 0, 12), "private network", "RFC 1918", kNever},
    SpecialRange{v4(192, 0, 0, 9, 32), "anycast address of the Port Control Protocol", "RFC 7723", kNever},
    SpecialRange{v4(192, 0, 0, 10, 32), "anycast address of TURN relays", "RFC 8155", kNever},
    SpecialRange{v4(192, 0, 0, 0, 24), "IETF protocol assignments", "RFC 6890", kNever},
    SpecialRange{v4(192, 0, 2, 0, 24), "documentation", "RFC 5737", kNever},
    SpecialRange{v4(192, 31, 196, 0, 24), "AS112 name servers", "RFC 7535", kMayBe},
    SpecialRange{v4(192, 52, 193, 0, 24), "multicast tunnels (AMT)", "RFC 7450", kMayBe},
    SpecialRange{v4(192, 88, 99, 0, 24), "former 6to4 relay anycast", "RFC 7526", kNever},
    SpecialRange{v4(192, 168, 0, 0, 16), "private network", "RFC 1918", kNever},
    SpecialRange{v4(192, 175, 48, 0, 24), "AS112 name servers", "RFC 7534", kMayBe},
    SpecialRange{v4(198, 18, 0, 0, 15), "benchmarking", "RFC 2544", kNever},
    SpecialRange{v4(198, 51, 100, 0, 24), "documentation", "RFC 5737", kNever},
    SpecialRange{v4(203, 0, 113, 0, 24), "documentation", "RFC 5737", kNever},
    SpecialRange{v4(224, 0, 0, 0, 4), "multicast", "RFC 5771", kNever},
    SpecialRange{v4(255, 255, 255, 255, 32), "limited broadcast", "RFC 919", kNever},
    SpecialRange{v4(240, 0, 0, 0, 4), "reserved", "RFC 1112 §4", kNever},

    SpecialRange{v6({}, 128), "unspecified address", "RFC 4291 §2.5.2", kNever},
    SpecialRange{v6({0, 0, 0, 0, 0, 0, 0, 1}, 128), "loopback", "RFC 4291 §2.5.3", kNever},
    SpecialRange{v6({0, 0, 0, 0, 0, 0xFFFF}, 96), "IPv4-mapped", "RFC 4291 §2.5.5.2", kNever},
    SpecialRange{v6({}, 96), "IPv4-compatible", "RFC 4291 §2.5.5.1", kNever},
    SpecialRange{v6({0x64, 0xFF9B}, 96), "IPv4/IPv6 translation", "RFC 6052", kMayBe},
    SpecialRange{v6({0x64, 0xFF9B, 1}, 48), "local IPv4/IPv6 translation", "RFC 8215", kNever},
    SpecialRange{v6({0x100}, 64), "discard-only", "RFC 6666", kNever},
    SpecialRange{v6({0x100, 0, 0, 1}, 64), "dummy prefix", "RFC 9780", kNever},
    SpecialRange{v6({0x2001}, 32), "Teredo", "RFC 4380", kMayBe},
    SpecialRange{v6({0x2001, 1, 0, 0, 0, 0, 0, 1}, 128), "anycast address of the Port Control Protocol", "RFC 7723",
                 kNever},
    SpecialRange{v6({0x2001, 1, 0, 0, 0, 0, 0, 2}, 128), "anycast address of TURN relays", "RFC 8155", kNever},
    SpecialRange{v6({0x2001, 1, 0, 0, 0, 0, 0, 3}, 128), "anycast address of DNS-SD registration", "RFC 9665", kNever},
    SpecialRange{v6({0x2001, 2}, 48), "benchmarking", "RFC 5180", kNever},
    SpecialRange{v6({0x2001, 3}, 32), "multicast tunnels (AMT)", "RFC 7450", kMayBe},
    SpecialRange{v6({0x2001, 4, 0x112}, 48), "AS112 name servers", "RFC 7535", kMayBe},
    SpecialRange{v6({0x2001, 0x10}, 28), "former ORCHID identifiers", "RFC 4843", kNever},
    SpecialRange{v6({0x2001, 0x20}, 28), "ORCHIDv2 identifiers", "RFC 7343", kNever},
    SpecialRange{v6({0x2001, 0x30}, 28), "drone identifiers (DRIP)", "RFC 9374", kNever},
    SpecialRange{v6({0x2001}, 23), "IETF protocol assignments", "RFC 2928", kNever},
    SpecialRange{v6({0x2001, 0xDB8}, 32), "documentation", "RFC 3849", kNever},
    SpecialRange{v6({0x2002}, 16), "6to4", "RFC 3056", kMayBe},
    SpecialRange{v6({0x2620, 0x4F, 0x8000}, 48), "AS112 name servers", "RFC 7534", kMayBe},
    SpecialRange{v6({0x3FFF}, 20), "documentation", "RFC 9637", kNever},
    SpecialRange{v6({0x5F00}, 16), "segment routing", "RFC 9602", kNever},
    SpecialRange{v6({0xFC00}, 7), "unique local (private) network", "RFC 4193", kNever},
    SpecialRange{v6({0xFE80}, 10), "link-local", "RFC 4291 §2.5.6", kNever},
    SpecialRange{v6({0xFEC0}, 10), "former site-local", "RFC 3879", kNever},
    SpecialRange{v6({0xFF00}, 8), "multicast", "RFC 4291 §2.7", kNever},
};

}  // namespace

const SpecialRange* special_range(const Prefix& prefix) noexcept {
  const auto found = std::ranges::find_if(kRanges, [&](const SpecialRange& r) { return r.prefix.contains(prefix); });
  return found == kRanges.end() ? nullptr : &*found;
}

const SpecialRange* special_range(const Address& address) noexcept { return special_range(Prefix(address)); }

std::span<const SpecialRange> special_ranges() noexcept { return kRanges; }

bool is_inner(const Address& address) noexcept {
  const SpecialRange* const range = special_range(address.unmapped());
  return range != nullptr && range->never_a_source && range->name != "documentation";
}

}  // namespace envelint::net
