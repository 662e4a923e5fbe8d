#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

/// The page of the receiver, and the API below it: HTTP for one person and for scripts.
namespace envelint::web {

/// What a request may have at most.
inline constexpr std::size_t kMaxHead = std::size_t{16} << 10;   ///< octets of request line and header
inline constexpr std::size_t kMaxTarget = std::size_t{2} << 10;  ///< octets of its target
inline constexpr std::size_t kMaxFields = 64;                    ///< fields of its header
inline constexpr std::size_t kMaxBody = std::size_t{1} << 20;    ///< octets of its body: a zone file in JSON

/// A request that is not passed on.
struct Refusal {
  int status = 400;
  std::string why;  ///< a sentence for a person, without bytes of others
};

/// The head of a request that the HTTP library may see.
struct GuardedHead {
  std::string head;      ///< with the empty line behind it
  std::size_t body = 0;  ///< octets that follow
};

/// Looks at the head of a request before the library does, as the wire guard of DNS does: one way to read it, everything
/// bounded (RFC 9112 §2 to §6). What would have the library do work of which nobody has need is taken out: compression,
/// ranges, `Expect`. A body has a Content-Length; nothing else can follow, for a connection is for one request.
///
/// Pure.
/// @param head  up to and with the empty line
[[nodiscard]] std::expected<GuardedHead, Refusal> guard(std::string_view head);

}  // namespace envelint::web
