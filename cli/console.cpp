#include "console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

namespace cli {
namespace {
constexpr std::size_t kDefaultWidth = 80;
}

bool wants_colour(std::string_view choice) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool refused = (no_color != nullptr && *no_color != '\0') || (term != nullptr && std::string_view(term) == "dumb");
  return !refused && isatty(STDOUT_FILENO) != 0;
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

}  // namespace cli
