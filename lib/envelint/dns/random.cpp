#include <envelint/dns/random.hpp>

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace envelint::dns {

std::string_view Random::octets(std::size_t count) {
  while (used_ + count > pool_.size()) {
    // Up to 256 octets come at once or not at all (getrandom(2)); it fails only where the system has none.
    static constexpr std::size_t kAtOnce = 256;
    for (std::size_t filled = 0; filled < pool_.size();) {
      const ssize_t got = ::getrandom(pool_.data() + filled, kAtOnce, 0);
      if (got > 0) filled += static_cast<std::size_t>(got);
      if (got < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    used_ = 0;
  }
  const std::string_view out(pool_.data() + used_, count);
  used_ += count;
  return out;
}

std::uint16_t Random::number16() {
  const std::string_view two = octets(2);
  return static_cast<std::uint16_t>(static_cast<unsigned char>(two[0]) << 8 | static_cast<unsigned char>(two[1]));
}

}  // namespace envelint::dns
