#include "screen.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace cli {
namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

Screen standard_output() {
  Screen screen;
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  screen.colour = terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) screen.width = size.ws_col;
  const std::string_view columns = environment("COLUMNS");
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(columns.data(), columns.data() + columns.size(), number);
  if (fault == std::errc() && end == columns.data() + columns.size() && number > 0) screen.width = number;
  return screen;
}

}  // namespace cli
