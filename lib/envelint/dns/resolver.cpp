#include <envelint/dns/resolver.hpp>

#include <array>

namespace envelint::dns {
namespace {
constexpr std::array<std::string_view, 9> kTroubles{"timeout",   "servfail", "refused", "bogus",  "network",
                                                    "malformed", "loop",     "limit",   "outside"};
}

std::string_view to_string(Trouble trouble) noexcept { return kTroubles[static_cast<std::size_t>(trouble)]; }

std::optional<Trouble> parse_trouble(std::string_view word) noexcept {
  for (std::size_t i = 0; i < kTroubles.size(); ++i) {
    if (kTroubles[i] == word) return static_cast<Trouble>(i);
  }
  return std::nullopt;
}

}  // namespace envelint::dns
