#include <envelint/dns/idna.hpp>

#include <idn2.h>

#include <cstdlib>
#include <memory>

namespace envelint::dns {
namespace {

struct FreeText {
  void operator()(char* text) const noexcept { idn2_free(text); }
};

constexpr std::size_t kMaxInput = 1024;  // octets; no name of 253 octets comes from a longer text

}  // namespace

std::optional<std::string> to_a_labels(std::string_view name) {
  if (name.empty() || name.size() > kMaxInput || name.contains('\0')) return std::nullopt;
  char* output = nullptr;
  const int status = idn2_to_ascii_8z(std::string(name).c_str(), &output, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, FreeText> owned(output);
  if (status != IDN2_OK || owned == nullptr) return std::nullopt;
  return std::string(owned.get());
}

}  // namespace envelint::dns
