#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace envelint::dns {

/// Random octets that nobody can guess, from the kernel, some hundred at a time. Not thread-safe.
class Random {
 public:
  /// Valid until the next call. At most 64.
  [[nodiscard]] std::string_view octets(std::size_t count);
  [[nodiscard]] std::uint16_t number16();
  /// A number below `bound`, each as likely but for a part in 2^16 over `bound`.
  [[nodiscard]] std::size_t below(std::size_t bound) { return number16() % bound; }

 private:
  std::array<char, 512> pool_{};
  std::size_t used_ = 512;
};

}  // namespace envelint::dns
