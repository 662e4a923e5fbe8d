#include <envelint/receiver/header_text.hpp>

#include <envelint/text/ascii.hpp>

#include <gmime/gmime.h>

#include <memory>
#include <mutex>

namespace envelint::receiver {
namespace {

struct FreeGlib {
  void operator()(char* text) const noexcept { g_free(text); }
};

/// The library wants to be begun once, before anything else.
void begin_gmime() {
  static std::once_flag begun;
  std::call_once(begun, [] { g_mime_init(); });
}

}  // namespace

std::string decoded(std::string_view value) {
  std::string text(text::trim(value).substr(0, kMaxFieldText));
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  if (!text.contains("=?")) return text;
  begin_gmime();
  const std::unique_ptr<char, FreeGlib> plain(g_mime_utils_header_decode_text(nullptr, text.c_str()));
  return plain ? std::string(plain.get()) : text;
}

std::string field_text(const mail::Message& message, std::string_view name) {
  const mail::Field* const field = message.find(name);
  return field == nullptr ? std::string() : decoded(message.value(*field));
}

}  // namespace envelint::receiver
