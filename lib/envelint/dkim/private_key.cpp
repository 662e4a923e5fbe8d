#include <envelint/dkim/private_key.hpp>

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <optional>

namespace envelint::dkim {
namespace {

using Kind = KeyFileFault::Kind;
using text::Bytes;

// What OWASP asks of PBKDF2 with HMAC-SHA-256 (2023); OpenSSL's own default of 2048 is twenty years old.
constexpr int kPassphraseRounds = 600'000;

std::unexpected<KeyFileFault> openssl_fault(std::string_view what) {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  ERR_clear_error();
  return std::unexpected(KeyFileFault{Kind::openssl, fmt::format("OpenSSL cannot {}{}{}", what, reason ? ": " : "",
                                                                 reason ? reason : "")});
}

// Sets up a context to sign or verify a finished digest.
bool set_up_digest(EVP_PKEY_CTX* context, KeyAlgorithm algorithm) {
  if (algorithm != KeyAlgorithm::rsa) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
         EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) > 0;
}

std::optional<Bytes> sign_rsa(EVP_PKEY* key, const PrivateKey::Digest& digest) {
  const PkeyContextPtr context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_sign_init(context.get()) <= 0) return std::nullopt;
  if (!set_up_digest(context.get(), KeyAlgorithm::rsa)) return std::nullopt;
  Bytes out(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = out.size();
  if (EVP_PKEY_sign(context.get(), out.data(), &size, digest.data(), digest.size()) <= 0) return std::nullopt;
  out.resize(size);
  return out;
}

// Ed25519 takes no finished digest: what DKIM signs with it is the digest as a message (RFC 8463 §3).
std::optional<Bytes> sign_ed25519(EVP_PKEY* key, const PrivateKey::Digest& digest) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key) <= 0) return std::nullopt;
  Bytes out(64);
  std::size_t size = out.size();
  if (EVP_DigestSign(context.get(), out.data(), &size, digest.data(), digest.size()) <= 0) return std::nullopt;
  out.resize(size);
  return out;
}

bool verify_rsa(EVP_PKEY* key, const PrivateKey::Digest& digest, std::span<const std::uint8_t> signature) {
  const PkeyContextPtr context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_verify_init(context.get()) <= 0) return false;
  if (!set_up_digest(context.get(), KeyAlgorithm::rsa)) return false;
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

bool verify_ed25519(EVP_PKEY* key, const PrivateKey::Digest& digest, std::span<const std::uint8_t> signature) {
  const DigestContextPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) <= 0) return false;
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

PkeyPtr open_public(const PublicKey& key) {
  if (key.algorithm == KeyAlgorithm::ed25519) {
    return PkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.octets.data(), key.octets.size()));
  }
  const std::uint8_t* at = key.octets.data();
  return PkeyPtr(d2i_PUBKEY(nullptr, &at, static_cast<long>(key.octets.size())));
}

std::optional<PublicKey> public_half(EVP_PKEY* key) {
  PublicKey out;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) {
    out.algorithm = KeyAlgorithm::ed25519;
    out.octets.resize(32);
    std::size_t size = out.octets.size();
    if (EVP_PKEY_get_raw_public_key(key, out.octets.data(), &size) != 1) return std::nullopt;
  } else {
    const int size = i2d_PUBKEY(key, nullptr);
    if (size <= 0) return std::nullopt;
    out.octets.resize(static_cast<std::size_t>(size));
    std::uint8_t* end = out.octets.data();
    i2d_PUBKEY(key, &end);
  }
  out.bits = out.algorithm == KeyAlgorithm::rsa ? static_cast<std::uint32_t>(EVP_PKEY_get_bits(key)) : 256;
  return out;
}

bool write_pem(BIO* bio, PKCS8_PRIV_KEY_INFO* info, const SecretBytes* passphrase) {
  if (passphrase == nullptr) return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1;
  const std::string_view words = passphrase->reveal();
  const EncryptedKeyPtr encrypted(PKCS8_encrypt(-1, EVP_aes_256_cbc(), words.data(), static_cast<int>(words.size()),
                                                nullptr, 0, kPassphraseRounds, info));
  return encrypted && PEM_write_bio_PKCS8(bio, encrypted.get()) == 1;
}

}  // namespace

std::expected<PrivateKey, KeyFileFault> PrivateKey::adopt(PkeyPtr key) {
  auto half = public_half(key.get());
  if (!half) return openssl_fault("take the public key out of it");
  return PrivateKey(std::move(key), *std::move(half));
}

std::expected<PrivateKey, KeyFileFault> PrivateKey::generate_rsa(std::uint32_t bits) {
  if (bits < kLeastRsaBits || bits > kMostRsaBits) {
    return std::unexpected(KeyFileFault{Kind::size, fmt::format("an RSA key has {} to {} bits here, not {}",
                                                                kLeastRsaBits, kMostRsaBits, bits)});
  }
  PkeyPtr key(EVP_RSA_gen(bits));
  if (!key) return openssl_fault("make an RSA key");
  return adopt(std::move(key));
}

std::expected<PrivateKey, KeyFileFault> PrivateKey::generate_ed25519() {
  PkeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (!key) return openssl_fault("make an Ed25519 key");
  return adopt(std::move(key));
}

std::expected<Bytes, KeyFileFault> PrivateKey::sign(const Digest& sha256) const {
  auto out = algorithm() == KeyAlgorithm::rsa ? sign_rsa(key_.get(), sha256) : sign_ed25519(key_.get(), sha256);
  if (!out) return openssl_fault("sign with it");
  return *std::move(out);
}

std::expected<SecretBytes, KeyFileFault> PrivateKey::pem(const SecretBytes* passphrase) const {
  const BioPtr bio(BIO_new(BIO_s_secmem()));
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key_.get()));
  if (!bio || !info || !write_pem(bio.get(), info.get(), passphrase)) return openssl_fault("write it as PEM");
  char* start = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &start);
  return SecretBytes::copy_of({start, static_cast<std::size_t>(size)});
}

bool verify_digest(const PublicKey& key, const PrivateKey::Digest& sha256, std::span<const std::uint8_t> signature) {
  const PkeyPtr opened = open_public(key);
  const bool good = opened && (key.algorithm == KeyAlgorithm::rsa ? verify_rsa(opened.get(), sha256, signature)
                                                                  : verify_ed25519(opened.get(), sha256, signature));
  ERR_clear_error();
  return good;
}

}  // namespace envelint::dkim
