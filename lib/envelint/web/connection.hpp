#pragma once

#include <envelint/io/file_descriptor.hpp>
#include <envelint/web/request_guard.hpp>

#include <chrono>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

namespace envelint::web {

/// A connection to a client, for one request. Every wait for it ends: a head has to be there after `kHeadTime`, a body
/// after `kBodyTime`, and who takes nothing for `kWriteTime` is gone.
class Connection {
 public:
  static constexpr std::chrono::seconds kHeadTime{10};
  static constexpr std::chrono::seconds kBodyTime{30};
  static constexpr std::chrono::seconds kWriteTime{10};

  explicit Connection(io::FileDescriptor socket) noexcept : socket_(std::move(socket)) {}

  /// Reads up to the empty line and looks at it. What `read` gives then is the head as the guard has it, and the body.
  /// @return why the request is not passed on; status 0: the client is gone, and nobody waits for an answer
  [[nodiscard]] std::expected<void, Refusal> read_head();

  /// The next octets, at most `size`.
  /// @return how many; 0 at the end of the request and when the client is gone
  [[nodiscard]] std::size_t read(char* to, std::size_t size);
  /// @return whether all was taken
  [[nodiscard]] bool write(std::string_view octets);
  /// Whether octets can be written now, or the client is gone.
  [[nodiscard]] bool is_writable() const;
  /// Says that nothing follows, and waits a moment for the client to have read it: if octets that nobody has read are
  /// left when a socket is closed, the kernel takes back what was sent.
  void finish();

  [[nodiscard]] int number() const noexcept { return socket_.number(); }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool wait(short events, Clock::time_point until) const;
  [[nodiscard]] std::size_t receive(char* to, std::size_t size, Clock::time_point until);

  io::FileDescriptor socket_;
  std::string buffer_;  // read, and not given yet from taken_ on
  std::size_t taken_ = 0;
  std::size_t body_left_ = 0;  // octets of the body that are still to come from the socket
  Clock::time_point body_until_;
};

}  // namespace envelint::web
