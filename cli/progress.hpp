#pragma once

#include <envelint/io/event_loop.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace cli {

/// One line that says how far work has come which takes long: nothing in the first two seconds, then anew every half
/// second. Made for standard error; only where that is a terminal.
class Progress {
 public:
  using Write = std::function<void(std::string_view)>;

  /// @param write  shows text; empty where there is nobody to look at it.
  Progress(envelint::io::EventLoop& loop, Write write);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void started() noexcept { ++under_way_; }
  void ended() noexcept {
    --under_way_;
    ++done_;
  }
  /// Takes the line away, before something else is written to the terminal; it comes back by itself.
  void clear();

 private:
  void show();
  [[nodiscard]] std::string line() const;

  envelint::io::EventLoop* loop_;
  Write write_;
  envelint::io::TimePoint since_;
  envelint::io::Timer timer_;
  std::size_t under_way_ = 0;
  std::size_t done_ = 0;
  bool shown_ = false;
};

/// Writes to standard error, where that is a terminal; else empty.
[[nodiscard]] Progress::Write terminal_of_errors();

}  // namespace cli
