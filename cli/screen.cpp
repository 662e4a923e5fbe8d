#include "screen.hpp"

#include <envelint/text/utf8.hpp>

#include <fmt/core.h>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iostream>
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
  screen.terminal = terminal;
  screen.colour = terminal && environment("NO_COLOR").empty() && environment("TERM") != "dumb";
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) screen.width = size.ws_col;
  const std::string_view columns = environment("COLUMNS");
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(columns.data(), columns.data() + columns.size(), number);
  if (fault == std::errc() && end == columns.data() + columns.size() && number > 0) screen.width = number;
  return screen;
}

std::string visible_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\n\t"), text.size());
    out.append(envelint::text::visible(text.substr(0, end)));
    if (end == text.size()) break;
    out.push_back(text[end]);
    text.remove_prefix(end + 1);
  }
  return out;
}

bool flush_output() {
  std::cout.flush();
  const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout.good();
  if (!written) fmt::print(stderr, "envelint: not all of the output could be written\n");
  return written;
}

}  // namespace cli
