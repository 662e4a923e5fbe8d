#pragma once

#include <envelint/dkim/key_data.hpp>
#include <envelint/text/base64.hpp>

#include <cstdint>
#include <string>

namespace envelint::dkim {

/// A public key that DKIM can publish.
struct PublicKey {
  KeyAlgorithm algorithm = KeyAlgorithm::rsa;  ///< rsa or ed25519
  std::uint32_t bits = 0;                      ///< of an RSA modulus; 256 for Ed25519
  /// As p= must hold it: SubjectPublicKeyInfo for RSA (RFC 6376 §3.6.1), 32 octets for Ed25519 (RFC 8463 §4.2).
  text::Bytes octets;

  /// The value of `p=`.
  [[nodiscard]] std::string encoded() const { return text::base64_encode(octets); }
  /// The value of `k=`.
  [[nodiscard]] std::string_view type() const noexcept {
    return algorithm == KeyAlgorithm::ed25519 ? "ed25519" : "rsa";
  }
  /// `SHA256:` and the digest of the SubjectPublicKeyInfo in base64 without padding. Any tool can make it:
  /// `openssl pkey -in KEY -pubout -outform DER | openssl dgst -sha256 -binary | base64`.
  [[nodiscard]] std::string fingerprint() const;

  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

}  // namespace envelint::dkim
