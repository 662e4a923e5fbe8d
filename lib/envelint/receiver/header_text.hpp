#pragma once

#include <envelint/mail/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::receiver {

/// Octets of a field that are decoded; nobody reads more of a subject.
inline constexpr std::size_t kMaxFieldText = 4096;

/// The first field of this name as a person reads it: unfolded, with encoded words decoded (RFC 2047). Empty if there is
/// none. UTF-8, and bytes of others: whoever shows it makes hidden characters visible.
[[nodiscard]] std::string field_text(const mail::Message& message, std::string_view name);

/// The same of the value of one field.
[[nodiscard]] std::string decoded(std::string_view value);

}  // namespace envelint::receiver
