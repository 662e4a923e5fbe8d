#include <envelint/dns/idna.hpp>

#include <envelint/text/ascii.hpp>

#include <idn2.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace envelint::dns {
namespace {

struct FreeText {
  void operator()(char* text) const noexcept { idn2_free(text); }
};

constexpr std::size_t kMaxInput = 1024;  // octets; no name of 253 octets comes from a longer text
constexpr std::size_t kMaxPlain = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_plain_label(std::string_view label) noexcept {
  if (label.empty() || label.size() > kMaxLabel || label.starts_with("xn--")) return false;
  return std::ranges::all_of(label,
                             [](char c) { return text::is_alnum(c) ? !text::is_upper(c) : c == '-' || c == '_'; });
}

/// Whether a name has nothing to convert: nearly all names of mail are so, and libidn2 takes microseconds to see it.
bool is_plain(std::string_view name) noexcept {
  if (name.size() > kMaxPlain) return false;
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!is_plain_label(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return is_plain_label(name);
}

}  // namespace

std::optional<std::string> to_a_labels(std::string_view name) {
  if (is_plain(name)) return std::string(name);
  if (name.empty() || name.size() > kMaxInput || name.contains('\0')) return std::nullopt;
  char* output = nullptr;
  const int status = idn2_to_ascii_8z(std::string(name).c_str(), &output, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, FreeText> owned(output);
  if (status != IDN2_OK || owned == nullptr) return std::nullopt;
  return std::string(owned.get());
}

}  // namespace envelint::dns
