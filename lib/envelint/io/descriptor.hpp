#pragma once

#include <envelint/io/event_loop.hpp>
#include <envelint/io/file_descriptor.hpp>
#include <envelint/io/signal.hpp>

#include <memory>

namespace envelint::io {

/// A non-blocking socket or pipe on a loop. It says when there is something to read or room to write; reading and
/// writing are plain system calls on `number()`.
///
/// Owns the file and closes it. Destroying it takes back every call asked for.
class Descriptor {
 public:
  Descriptor(EventLoop& loop, FileDescriptor file);
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int number() const noexcept;
  [[nodiscard]] EventLoop& loop() const noexcept { return *loop_; }

  /// Makes the call once, when the file is ready or has failed. A second call asked for takes the first one's place;
  /// an empty one takes it back.
  void when_readable(Call call);
  void when_writable(Call call);

  /// The same for a coroutine: false when the deadline passes first.
  [[nodiscard]] task::Task<bool> readable(Deadline until);
  [[nodiscard]] task::Task<bool> writable(Deadline until);

 private:
  struct State;

  EventLoop* loop_;
  std::shared_ptr<State> state_;
};

}  // namespace envelint::io
