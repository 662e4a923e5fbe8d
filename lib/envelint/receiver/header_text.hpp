#pragma once

#include <envelint/mail/message.hpp>
#include <envelint/mime/encoded_words.hpp>

#include <string>
#include <string_view>

namespace envelint::receiver {

using mime::decoded;
using mime::kMaxFieldText;

/// The first field of this name as a person reads it: unfolded, with encoded words decoded (RFC 2047). Empty if there is
/// none. UTF-8, and bytes of others: whoever shows it makes hidden characters visible.
[[nodiscard]] std::string field_text(const mail::Message& message, std::string_view name);

}  // namespace envelint::receiver
