#pragma once

#include <expected>
#include <memory>
#include <string>
#include <system_error>

struct ssl_ctx_st;

namespace envelint::io {

struct TlsClientOptions {
  TlsClientOptions() = default;

  /// Whether a server must show a certificate that leads to a trusted one and is for its name (RFC 6125). If not, it
  /// is still looked at, and TlsSummary says what is wrong with it.
  bool verify = true;
  /// PEM file of the certificates to trust; empty for those of the system.
  std::string ca_file;
};

/// What TLS is spoken with: the certificate of a server, or what a client trusts. TLS 1.2 and newer, no renegotiation.
/// A value that is shared and does not change; connections keep what they need of it.
class TlsContext {
 public:
  /// From a PEM file with the certificate and those that lead to its issuer, and one with its key. Says in words what
  /// is wrong with them.
  [[nodiscard]] static std::expected<TlsContext, std::string> server(std::string certificate_file,
                                                                     std::string key_file);
  /// With a certificate made on the spot, for that host, `localhost` and the loopback addresses, for 30 days.
  [[nodiscard]] static std::expected<TlsContext, std::string> self_signed(std::string hostname);
  [[nodiscard]] static std::expected<TlsContext, std::string> client(TlsClientOptions options);

  /// A server's own certificate as PEM, for clients that are to trust it.
  [[nodiscard]] std::string certificate_pem() const;

  [[nodiscard]] ssl_ctx_st* handle() const noexcept { return context_.get(); }

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) noexcept : context_(std::move(context)) {}

  std::shared_ptr<ssl_ctx_st> context_;
};

/// What a handshake came to. Text of the peer's in it is as the peer sent it.
struct TlsSummary {
  TlsSummary() = default;

  std::string version;  // "TLSv1.3"
  std::string cipher;
  std::string server_name;       // what the client asked for (SNI, RFC 6066 §3); empty if nothing
  std::string peer_certificate;  // its subject (RFC 4514); empty if there is none
  bool verified = false;         // the peer's certificate leads to a trusted one and is for its name
  std::string verify_error;      // why not, where there is a certificate
};

/// The error codes of OpenSSL.
[[nodiscard]] const std::error_category& tls_category() noexcept;
/// Whether a TLS connection ended without the peer having said so (close_notify): by an attacker perhaps, and what came
/// before may not be all (RFC 8446 §6.1).
[[nodiscard]] bool is_truncation(std::error_code error) noexcept;

}  // namespace envelint::io
