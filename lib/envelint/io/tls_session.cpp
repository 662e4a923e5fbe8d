#include <envelint/io/tls_session.hpp>

#include <envelint/net/address.hpp>

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace envelint::io {

/// The socket as OpenSSL sees it. Its own kind of socket writes without MSG_NOSIGNAL.
struct TlsSession::Wire {
  int socket = -1;
  bool ended = false;
  int error = 0;
};

namespace {

using Kind = TlsAttempt::Kind;

template <typename Wire>
int wire_write(BIO* bio, const char* octets, int size) {
  BIO_clear_retry_flags(bio);
  auto* const wire = static_cast<Wire*>(BIO_get_data(bio));
  while (true) {
    const ssize_t sent = ::send(wire->socket, octets, static_cast<std::size_t>(size), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<int>(sent);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      BIO_set_retry_write(bio);
    } else {
      wire->error = errno;
    }
    return -1;
  }
}

template <typename Wire>
int wire_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  auto* const wire = static_cast<Wire*>(BIO_get_data(bio));
  while (true) {
    const ssize_t come = ::recv(wire->socket, into, static_cast<std::size_t>(size), 0);
    if (come == 0) wire->ended = true;
    if (come >= 0) return static_cast<int>(come);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      BIO_set_retry_read(bio);
    } else {
      wire->error = errno;
    }
    return -1;
  }
}

template <typename Wire>
long wire_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return static_cast<Wire*>(BIO_get_data(bio))->ended ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

template <typename Wire>
BIO_METHOD* make_wire_method() {
  BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
  if (method == nullptr) return nullptr;
  BIO_meth_set_write(method, wire_write<Wire>);
  BIO_meth_set_read(method, wire_read<Wire>);
  BIO_meth_set_ctrl(method, wire_control<Wire>);
  return method;
}

template <typename Wire>
const BIO_METHOD* wire_method() {
  static const BIO_METHOD* const method = make_wire_method<Wire>();
  return method;
}

// What the server must be, and what it is asked for.
bool name_peer(SSL* ssl, std::string name) {
  if (net::Address::parse(name)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str()) == 1;
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl, name.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

std::string subject_of(const X509* certificate) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new(BIO_s_mem()), BIO_free);
  if (!out) return {};
  if (X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) < 0) return {};
  char* start = nullptr;
  const long size = BIO_get_mem_data(out.get(), &start);
  return {start, static_cast<std::size_t>(size)};
}

// "tlsv1 alert unknown ca" → "unknown ca"
std::string_view alert_name(std::string_view reason) {
  constexpr std::string_view kAlert = " alert ";
  const std::size_t at = reason.find(kAlert);
  return at == std::string_view::npos ? std::string_view() : reason.substr(at + kAlert.size());
}

}  // namespace

void TlsSession::Free::operator()(ssl_st* ssl) const noexcept { SSL_free(ssl); }

TlsSession::TlsSession(std::unique_ptr<Wire> wire, std::unique_ptr<ssl_st, Free> ssl)
    : wire_(std::move(wire)), ssl_(std::move(ssl)) {}
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;
TlsSession::~TlsSession() = default;

std::expected<TlsSession, std::string> TlsSession::begin(const TlsContext& context, TlsRole role,
                                                         const std::string& name, int socket) {
  ERR_clear_error();
  TlsSession session(std::make_unique<Wire>(), std::unique_ptr<ssl_st, Free>(SSL_new(context.handle())));
  BIO* const bio = BIO_new(wire_method<Wire>());
  if (!session.ssl_ || bio == nullptr) {
    BIO_free(bio);
    return std::unexpected("OpenSSL cannot begin a session");
  }
  session.wire_->socket = socket;
  session.role_ = role;
  BIO_set_data(bio, session.wire_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(session.ssl_.get(), bio, bio);
  if (role == TlsRole::server) {
    SSL_set_accept_state(session.ssl_.get());
    return session;
  }
  SSL_set_connect_state(session.ssl_.get());
  if (!name_peer(session.ssl_.get(), name)) {
    ERR_clear_error();
    return std::unexpected(fmt::format("`{}` is no name that a certificate can be verified for", name));
  }
  return session;
}

TlsAttempt TlsSession::failed(std::error_code error) {
  failure_ = error;
  ERR_clear_error();
  return {.kind = Kind::failed, .octets = 0, .error = error};
}

TlsAttempt TlsSession::outcome(int result, std::size_t octets) {
  if (result > 0) return {.kind = Kind::done, .octets = octets, .error = {}};
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return {.kind = Kind::wants_read, .octets = 0, .error = {}};
    case SSL_ERROR_WANT_WRITE: return {.kind = Kind::wants_write, .octets = 0, .error = {}};
    case SSL_ERROR_ZERO_RETURN: return {.kind = Kind::ended, .octets = 0, .error = {}};
    case SSL_ERROR_SYSCALL: return failed({wire_->error != 0 ? wire_->error : EPROTO, std::generic_category()});
    default: return failed({static_cast<int>(ERR_peek_error()), tls_category()});
  }
}

TlsAttempt TlsSession::handshake() {
  if (failure_) return failed(failure_);
  ERR_clear_error();
  return outcome(SSL_do_handshake(ssl_.get()), 0);
}

TlsAttempt TlsSession::read(std::span<char> into) {
  if (failure_) return failed(failure_);
  ERR_clear_error();
  std::size_t octets = 0;
  const int result = SSL_read_ex(ssl_.get(), into.data(), into.size(), &octets);
  return outcome(result, octets);
}

TlsAttempt TlsSession::write(std::string_view bytes) {
  if (failure_) return failed(failure_);
  ERR_clear_error();
  std::size_t octets = 0;
  const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &octets);
  return outcome(result, octets);
}

TlsAttempt TlsSession::close() {
  if (failure_ || SSL_in_init(ssl_.get()) != 0) return {.kind = Kind::ended, .octets = 0, .error = {}};
  ERR_clear_error();
  const int result = SSL_shutdown(ssl_.get());
  return result == 0 ? TlsAttempt{.kind = Kind::done, .octets = 0, .error = {}} : outcome(result, 0);
}

TlsSummary TlsSession::summary() const {
  TlsSummary out;
  out.version = SSL_get_version(ssl_.get());
  out.cipher = SSL_get_cipher_name(ssl_.get());
  if (const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name)) out.server_name = name;
  const X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return out;
  out.peer_certificate = subject_of(certificate);
  const long verdict = SSL_get_verify_result(ssl_.get());
  out.verified = verdict == X509_V_OK;
  if (!out.verified) out.verify_error = X509_verify_cert_error_string(verdict);
  return out;
}

std::string TlsSession::why_no_handshake(std::error_code error) const {
  const char* const peer = role_ == TlsRole::client ? "server" : "client";
  if (error.category() != tls_category()) return fmt::format("the connection broke: {}", error.message());
  const auto code = static_cast<unsigned long>(error.value());
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return fmt::format("the {} closed the connection", peer);
  const char* const words = ERR_reason_error_string(code);
  const std::string_view said = words != nullptr ? words : "protocol error";
  if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST) {
    return fmt::format("what the {} sent is not TLS ({})", peer, said);
  }
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return fmt::format("the {}'s certificate is not to be trusted: {}", peer,
                       X509_verify_cert_error_string(SSL_get_verify_result(ssl_.get())));
  }
  if (const auto alert = alert_name(said); !alert.empty()) {
    return fmt::format("the {} refused with the alert `{}`", peer, alert);
  }
  return std::string(said);
}

}  // namespace envelint::io
