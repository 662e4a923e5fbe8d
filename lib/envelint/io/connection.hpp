#pragma once

#include <envelint/io/stream.hpp>
#include <envelint/io/tls.hpp>

#include <cstdint>

namespace envelint::io {

enum class TlsRole : std::uint8_t;

/// A TCP connection for coroutines that begins in the clear and may become TLS in place (STARTTLS, or at once).
///
/// One read and one write may be under way at once, no other pair. A deadline that passes is `std::errc::timed_out`;
/// reads can be tried again then, but a write has left a part behind, and nothing can be written after it. Move-only,
/// and only while nothing is under way.
///
/// An idle connection holds no buffers.
class Connection {
 public:
  explicit Connection(Stream stream);
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  /// Reads into memory of the caller's, which must not be empty: how many octets have come, 0 at the end of the stream.
  /// A TLS connection that ends without close_notify is an error: `is_truncation`.
  ///
  /// Nothing suspends between the octets being put there and the awaiting coroutine going on, so all connections of a
  /// loop can share one buffer. Nothing is read ahead of what is asked for while the connection is not TLS.
  [[nodiscard]] task::Task<std::expected<std::size_t, std::error_code>> read_some(std::span<char> into, Deadline until);
  /// Writes all of it, or says why not. A peer that closed is an error, not a signal.
  [[nodiscard]] task::Task<std::error_code> write(std::string bytes, Deadline until);

  /// Speaks TLS from here on, as the server or as the client. If it comes to nothing, in words why; the connection is
  /// good for nothing then but to be closed. The context is used only while this is under way.
  [[nodiscard]] task::Task<std::expected<TlsSummary, std::string>> accept_tls(const TlsContext* context,
                                                                              Deadline until);
  [[nodiscard]] task::Task<std::expected<TlsSummary, std::string>> connect_tls(const TlsContext* context,
                                                                               std::string server_name, Deadline until);
  [[nodiscard]] bool is_tls() const noexcept { return tls_ != nullptr; }

  /// Says to the peer that nothing more is coming, when no write is under way.
  void finish_writing() noexcept;
  /// Takes nothing more from the peer: a read that is under way, and those to come, find the end of the stream (with
  /// TLS: a truncation). Writing goes on.
  void stop_reading() noexcept;
  /// Sends close_notify as far as that goes, and does not wait for the peer's. Nothing in the clear.
  [[nodiscard]] task::Task<void> shutdown_tls(Deadline until);
  /// Cuts the connection off with a reset. What is under way fails.
  void abort() noexcept;

  /// The two ends of it, while it is connected.
  [[nodiscard]] std::expected<Endpoint, std::error_code> local() const;
  [[nodiscard]] std::expected<Endpoint, std::error_code> peer() const;

 private:
  struct Tls;

  [[nodiscard]] task::Task<std::expected<TlsSummary, std::string>> begin_tls(TlsRole role, const TlsContext* context,
                                                                             std::string server_name, Deadline until);
  [[nodiscard]] task::Task<std::expected<std::size_t, std::error_code>> read_tls(std::span<char> into, Deadline until);
  [[nodiscard]] task::Task<std::error_code> write_tls(std::string bytes, Deadline until);

  Stream stream_;
  std::unique_ptr<Tls> tls_;  // works on the stream
};

}  // namespace envelint::io
