#pragma once

#include <envelint/io/descriptor.hpp>
#include <envelint/io/endpoint.hpp>

#include <cstddef>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <system_error>

namespace envelint::io {

/// A TCP connection for coroutines. A deadline that passes is `std::errc::timed_out`; the connection can be used on.
/// One read and one write may be under way at once. Move-only.
class Stream {
 public:
  Stream(EventLoop& loop, FileDescriptor connected);

  /// Connects, or says why not.
  [[nodiscard]] static task::Task<std::expected<Stream, std::error_code>> connect(EventLoop* loop, Endpoint peer,
                                                                                  Deadline until);

  /// What has come, up to `most` octets; empty at the end of the stream.
  [[nodiscard]] task::Task<std::expected<std::string, std::error_code>> read(std::size_t most, Deadline until);
  /// The same into memory of the caller's: how many octets have come, 0 at the end of the stream. Nothing suspends
  /// between their coming and the awaiting coroutine going on, so all streams of a loop can share one buffer.
  [[nodiscard]] task::Task<std::expected<std::size_t, std::error_code>> read_some(std::span<char> into, Deadline until);
  /// Exactly that many octets; fewer only at the end of the stream.
  [[nodiscard]] task::Task<std::expected<std::string, std::error_code>> read_exactly(std::size_t size, Deadline until);
  /// Writes all of it, or says why not. A peer that closed is an error, not a signal.
  [[nodiscard]] task::Task<std::error_code> write(std::string bytes, Deadline until);
  /// Says to the peer that nothing more is coming.
  void finish_writing() noexcept;
  /// Takes nothing more from the peer: reads find the end of the stream when what has come is read.
  void stop_reading() noexcept;

  /// For what makes system calls of its own.
  [[nodiscard]] Descriptor& descriptor() const noexcept { return *descriptor_; }

 private:
  std::unique_ptr<Descriptor> descriptor_;
};

/// Takes connections. Move-only.
class Listener {
 public:
  /// Port 0 takes a free one: `endpoint()` tells which.
  [[nodiscard]] static std::expected<Listener, std::error_code> open(EventLoop& loop, const Endpoint& local);

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
  /// The next connection. Errors of one connection are passed over; no descriptors left is an error.
  [[nodiscard]] task::Task<std::expected<Stream, std::error_code>> accept(Deadline until);

 private:
  Listener(EventLoop& loop, FileDescriptor listening, Endpoint endpoint);

  EventLoop* loop_;
  std::unique_ptr<Descriptor> descriptor_;
  Endpoint endpoint_;
};

}  // namespace envelint::io
