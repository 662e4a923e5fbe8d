#pragma once

#include <cstdint>
#include <string>

namespace envelint::dns {

/// An Extended DNS Error by its name in the registry and its number, "Stale Answer (3)"; only the number where there is
/// no name (RFC 8914 §5.2).
[[nodiscard]] std::string describe_extended_error(std::uint16_t code);

/// Whether the error says that what was answered is not what the zone holds: the resolver was told to keep it from those
/// who ask, or to put something else in its place (RFC 8914 §4.5, §4.16 to §4.18).
[[nodiscard]] bool says_withheld(std::uint16_t code) noexcept;

}  // namespace envelint::dns
