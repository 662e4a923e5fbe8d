#pragma once

#include <envelint/smtp/envelope.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

/// Narrower, what is told of received mail has no room.
inline constexpr std::size_t kMinInboxWidth = 72;

/// `EHLO mx.example.com`, made visible; `no greeting` for none.
[[nodiscard]] std::string greeting(envelint::smtp::Hello hello, std::string_view name);

/// How long it took, in seconds with one decimal: `1.9`. Nothing ends before it began.
[[nodiscard]] std::string seconds_between(std::int64_t start_ms, std::int64_t end_ms);

}  // namespace cli
