#include <envelint/mime/gmime.hpp>

#include <mutex>

namespace envelint::mime {

void begin_gmime() {
  static std::once_flag begun;
  std::call_once(begun, [] { g_mime_init(); });
}

}  // namespace envelint::mime
