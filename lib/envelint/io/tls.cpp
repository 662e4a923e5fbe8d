#include <envelint/io/tls.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

namespace envelint::io {
namespace {

struct Free {
  void operator()(BIO* bio) const noexcept { BIO_free_all(bio); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};

using BioPtr = std::unique_ptr<BIO, Free>;
using PkeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free>;
using X509Ptr = std::unique_ptr<X509, Free>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Free>;

constexpr long kLifetime = 30L * 24 * 3600;
// Clocks of clients may be behind.
constexpr long kBackdate = 3600;
// RFC 5280 appendix A.1: ub-common-name.
constexpr std::size_t kMaxCommonName = 64;
constexpr std::size_t kMaxHostname = 253;

std::unexpected<std::string> fault(std::string words) {
  ERR_clear_error();
  return std::unexpected(std::move(words));
}

std::unexpected<std::string> openssl_fault(std::string_view what) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return fault(fmt::format("{}: {}", what, reason != nullptr ? reason : "OpenSSL does not say why"));
}

// OpenSSL would ask on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

ContextPtr make_context(const SSL_METHOD* method) {
  ContextPtr context(SSL_CTX_new(method));
  if (!context) return context;
  if (SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1) return nullptr;
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Idle connections hold no buffers. A timed out write is never repeated with other octets: see Connection.
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);  // one system call a record instead of two
  // Sessions are resumed by tickets, which cost the server no memory.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  return context;
}

std::shared_ptr<SSL_CTX> share(ContextPtr context) { return {context.release(), Free()}; }

std::error_code why_unreadable(const std::string& file) {
  std::FILE* const opened = std::fopen(file.c_str(), "re");
  if (opened == nullptr) return {errno, std::generic_category()};
  std::fclose(opened);
  return {};
}

bool is_hostname(std::string_view name) {
  const auto fits = [](char c) { return text::is_alnum(c) || c == '.' || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= kMaxHostname && std::ranges::all_of(name, fits);
}

bool add_extension(X509* certificate, int kind, const std::string& value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_names(X509* certificate, const std::string& hostname) {
  const std::string common = hostname.size() <= kMaxCommonName ? hostname : "localhost";
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* octets = reinterpret_cast<const unsigned char*>(common.data());
  if (X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, octets, static_cast<int>(common.size()), -1, 0) !=
      1) {
    return false;
  }
  return X509_set_issuer_name(certificate, name) == 1 &&
         add_extension(certificate, NID_subject_alt_name,
                       fmt::format("DNS:{},DNS:localhost,IP:127.0.0.1,IP:::1", hostname)) &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE");
}

// A browser or a mailer that has seen an older one of the same name and number would not take it (RFC 5280 §4.1.2.2).
bool set_serial(X509* certificate) {
  BIGNUM* const number = BN_new();
  const bool done = number != nullptr && BN_rand(number, 63, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return done;
}

X509Ptr make_certificate(EVP_PKEY* key, const std::string& hostname) {
  X509Ptr certificate(X509_new());
  if (!certificate) return nullptr;
  const bool done = X509_set_version(certificate.get(), X509_VERSION_3) == 1 && set_serial(certificate.get()) &&
                    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kBackdate) != nullptr &&
                    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kLifetime) != nullptr &&
                    X509_set_pubkey(certificate.get(), key) == 1 && set_names(certificate.get(), hostname) &&
                    X509_sign(certificate.get(), key, EVP_sha256()) > 0;
  return done ? std::move(certificate) : nullptr;
}

class TlsCategory final : public std::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "TLS"; }
  [[nodiscard]] std::string message(int code) const override {
    if (ERR_GET_REASON(static_cast<unsigned long>(code)) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
      return "the connection was cut off in the middle of TLS, without close_notify";
    }
    const char* reason = ERR_reason_error_string(static_cast<unsigned long>(code));
    return fmt::format("TLS: {}", reason != nullptr ? reason : "protocol error");
  }
};

}  // namespace

std::expected<TlsContext, std::string> TlsContext::server(std::string certificate_file, std::string key_file) {
  for (const std::string& file : {certificate_file, key_file}) {
    if (const std::error_code error = why_unreadable(file)) {
      return fault(fmt::format("cannot open `{}`: {}", file, error.message()));
    }
  }
  ContextPtr context = make_context(TLS_server_method());
  if (!context) return openssl_fault("OpenSSL cannot be set up");
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1) {
    return openssl_fault(fmt::format("`{}` has no certificate in PEM that can be used", certificate_file));
  }
  ERR_clear_error();
  const int taken = SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM);
  if (taken == 1 && SSL_CTX_check_private_key(context.get()) == 1) return TlsContext(share(std::move(context)));
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  if (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH) {
    return fault(fmt::format("the key in `{}` does not belong to the certificate in `{}`", key_file, certificate_file));
  }
  return openssl_fault(fmt::format("`{}` has no private key in PEM that can be read without a passphrase", key_file));
}

std::expected<TlsContext, std::string> TlsContext::self_signed(std::string hostname) {
  if (hostname.empty()) hostname = "localhost";
  if (!is_hostname(hostname)) return fault(fmt::format("`{}` is no name that a certificate can be for", hostname));
  const PkeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return openssl_fault("cannot make a key");
  const X509Ptr certificate = make_certificate(key.get(), hostname);
  if (!certificate) return openssl_fault("cannot make a certificate");
  ContextPtr context = make_context(TLS_server_method());
  if (!context || SSL_CTX_use_certificate(context.get(), certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return openssl_fault("cannot use the certificate just made");
  }
  return TlsContext(share(std::move(context)));
}

std::expected<TlsContext, std::string> TlsContext::client(TlsClientOptions options) {
  ContextPtr context = make_context(TLS_client_method());
  if (!context) return openssl_fault("OpenSSL cannot be set up");
  SSL_CTX_set_verify(context.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.ca_file.empty()) {
    // Having none is for the handshake to tell.
    static_cast<void>(SSL_CTX_set_default_verify_paths(context.get()));
    ERR_clear_error();
    return TlsContext(share(std::move(context)));
  }
  if (const std::error_code error = why_unreadable(options.ca_file)) {
    return fault(fmt::format("cannot open `{}`: {}", options.ca_file, error.message()));
  }
  if (SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str()) != 1) {
    return openssl_fault(fmt::format("`{}` has no certificates in PEM", options.ca_file));
  }
  // Whoever names a file trusts what is in it, be it an issuer or the server's own certificate.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
  return TlsContext(share(std::move(context)));
}

std::string TlsContext::certificate_pem() const {
  X509* const certificate = SSL_CTX_get0_certificate(context_.get());
  const BioPtr out(BIO_new(BIO_s_mem()));
  if (certificate == nullptr || !out || PEM_write_bio_X509(out.get(), certificate) != 1) return {};
  char* start = nullptr;
  const long size = BIO_get_mem_data(out.get(), &start);
  return {start, static_cast<std::size_t>(size)};
}

const std::error_category& tls_category() noexcept {
  static const TlsCategory category;
  return category;
}

bool is_truncation(std::error_code error) noexcept {
  return error.category() == tls_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

}  // namespace envelint::io
