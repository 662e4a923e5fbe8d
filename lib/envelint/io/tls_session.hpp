#pragma once

#include <envelint/io/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

struct ssl_st;

/// TLS on a non-blocking socket, as plain calls: the part of `Connection` that does not wait. Only for source files.
namespace envelint::io {

enum class TlsRole : std::uint8_t { client, server };

/// What a call came to. TLS may have to read before it can write, and the other way round.
struct TlsAttempt {
  enum class Kind : std::uint8_t { done, ended, wants_read, wants_write, failed };

  Kind kind = Kind::failed;
  std::size_t octets = 0;  // when done
  std::error_code error;   // when failed
};

class TlsSession {
 public:
  /// `name` is the server's for a client, which asks for it and verifies it; addresses are verified but not asked for.
  [[nodiscard]] static std::expected<TlsSession, std::string> begin(const TlsContext& context, TlsRole role,
                                                                    const std::string& name, int socket);
  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;
  ~TlsSession();

  [[nodiscard]] TlsAttempt handshake();
  [[nodiscard]] TlsAttempt read(std::span<char> into);
  [[nodiscard]] TlsAttempt write(std::string_view octets);
  /// Sends close_notify, unless TLS has failed before.
  [[nodiscard]] TlsAttempt close();

  /// After a handshake that is done.
  [[nodiscard]] TlsSummary summary() const;
  /// Why a handshake failed, in words.
  [[nodiscard]] std::string why_no_handshake(std::error_code error) const;

 private:
  struct Wire;
  struct Free {
    void operator()(ssl_st* ssl) const noexcept;
  };

  TlsSession(std::unique_ptr<Wire> wire, std::unique_ptr<ssl_st, Free> ssl);
  [[nodiscard]] TlsAttempt failed(std::error_code error);
  [[nodiscard]] TlsAttempt outcome(int result, std::size_t octets);

  std::unique_ptr<Wire> wire_;  // outlives `ssl_`, which calls it
  std::unique_ptr<ssl_st, Free> ssl_;
  TlsRole role_ = TlsRole::client;
  std::error_code failure_;  // after which nothing more can be said
};

}  // namespace envelint::io
