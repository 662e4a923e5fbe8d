#pragma once

#include <envelint/smtp/envelope.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace envelint::smtp {

/// RFC 5321 §4.5.3.1.1 to §4.5.3.1.3.
inline constexpr std::size_t kMaxLocalPart = 64;
inline constexpr std::size_t kMaxDomain = 255;
inline constexpr std::size_t kMaxPath = 256;

/// Which of the two paths is read: only the reverse-path can be `<>`, only the forward-path `<Postmaster>`.
enum class PathKind : std::uint8_t { reverse, forward };

/// A path, and what stands behind its `>`.
struct ReadPath {
  Path path;
  std::string_view rest;
};

/// Reads a path strictly (RFC 5321 §4.1.2), with UTF-8 by RFC 6531 §3.3; whether UTF-8 is allowed is for the caller.
///
/// @param text  begins with `<`. The result points into it.
/// @return the path, or a clause for the client that says what is wrong, without octets that are not printable ASCII
[[nodiscard]] std::expected<ReadPath, std::string> read_path(std::string_view text, PathKind kind);

/// What is wrong with a domain (RFC 5321 §4.1.2, with U-labels by RFC 6531), as a clause; nothing if it is one.
[[nodiscard]] std::optional<std::string> domain_fault(std::string_view domain);
/// What is wrong with an address literal in its brackets (RFC 5321 §4.1.3), as a clause; nothing if it is one.
[[nodiscard]] std::optional<std::string> literal_fault(std::string_view literal);

}  // namespace envelint::smtp
