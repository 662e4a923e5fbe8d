#pragma once

#include <envelint/inbox/message.hpp>
#include <envelint/receiver/arrival.hpp>

#include <chrono>
#include <cstdint>

/// What arrived, as a store keeps it.
namespace envelint::receiver {

/// A message with its verdict and its reply, which lacks the number that it is about to get.
[[nodiscard]] inbox::Message record_of(const Arrival& arrival);
[[nodiscard]] inbox::Session record_of(const smtp::SessionEnd& end);

/// Since 1970.
[[nodiscard]] std::int64_t milliseconds_of(std::chrono::system_clock::time_point time);

}  // namespace envelint::receiver
