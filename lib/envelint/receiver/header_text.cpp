#include <envelint/receiver/header_text.hpp>

namespace envelint::receiver {

std::string field_text(const mail::Message& message, std::string_view name) {
  const mail::Field* const field = message.find(name);
  return field == nullptr ? std::string() : decoded(message.value(*field));
}

}  // namespace envelint::receiver
