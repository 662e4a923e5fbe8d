#pragma once

#include <envelint/io/descriptor.hpp>
#include <envelint/io/event_loop.hpp>

#include <csignal>
#include <optional>

namespace cli {

/// While it lives, Ctrl-C (SIGINT) and SIGTERM do not end the program at once but make a call on the loop, once; the
/// second one ends it as ever. Only one may live at a time.
class Interrupt {
 public:
  Interrupt(envelint::io::EventLoop& loop, envelint::io::Call call);
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  /// The signal that came, or 0.
  [[nodiscard]] int signal_number() const noexcept { return number_; }

 private:
  void take();

  envelint::io::Call call_;
  sigset_t before_{};
  std::optional<envelint::io::Descriptor> signals_;
  int number_ = 0;
};

/// Ends the program by a signal, so that whoever started it sees that it was interrupted.
void end_by_signal(int number);

}  // namespace cli
