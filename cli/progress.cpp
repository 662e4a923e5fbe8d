#include "progress.hpp"

#include <fmt/core.h>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace cli {

using namespace std::chrono_literals;
using envelint::io::EventLoop;

Progress::Progress(EventLoop& loop, Write write)
    : loop_(&loop),
      write_(std::move(write)),
      since_(loop.now()),
      timer_(loop, {[](void* self) { static_cast<Progress*>(self)->show(); }, this}) {
  if (write_) timer_.set(loop.after(2s));
}

void Progress::clear() {
  if (!shown_) return;
  write_("\r\x1b[K");
  shown_ = false;
}

void Progress::show() {
  write_("\r\x1b[K" + line());
  shown_ = true;
  timer_.set(loop_->after(500ms));
}

std::string Progress::line() const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(loop_->now() - since_).count();
  if (done_ == 0 && under_way_ <= 1) return fmt::format("asking … {} s", seconds);
  return fmt::format("domains: {} done, {} under way, {} s", done_, under_way_, seconds);
}

Progress::Write terminal_of_errors() {
  if (isatty(STDERR_FILENO) != 1) return {};
  return [](std::string_view text) {
    fmt::print(stderr, "{}", text);
    std::fflush(stderr);
  };
}

}  // namespace cli
