#pragma once

#include <envelint/receiver/arrival.hpp>

namespace envelint::receiver {

/// What a receiver does with mail that fails DMARC.
enum class Policy : std::uint8_t {
  accept,      ///< takes everything
  quarantine,  ///< takes everything, and marks what the author domain wants in quarantine or rejected
  enforce,     ///< does what the author domain asks for (RFC 9989 §7.3); defers what cannot be decided
};

/// What is done with a message that was judged. Pure.
[[nodiscard]] Action action_of(const verdict::Verdict& verdict, Policy policy) noexcept;

/// What the client is told. Pure.
/// @param arrival  with its action, and with its id where it is kept
[[nodiscard]] smtp::Reply reply_of(const Arrival& arrival);

}  // namespace envelint::receiver
