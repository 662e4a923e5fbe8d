#pragma once

#include <envelint/dkim/openssl_ptr.hpp>
#include <envelint/dkim/public_key.hpp>
#include <envelint/dkim/secret_bytes.hpp>

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace envelint::dkim {

/// The smallest RSA key verifiers may accept (RFC 8301 §3.2), and the largest made or read here: verifiers need not
/// support more than 4096 bits, and the work grows with the cube of the size.
inline constexpr std::uint32_t kLeastRsaBits = 1024;
inline constexpr std::uint32_t kMostRsaBits = 8192;

/// A longer file is not looked at; an RSA key of 8192 bits needs 6,500 octets.
inline constexpr std::size_t kMaxKeyFile = 64 * 1024;

/// Why a file is no private key that can sign, or why one cannot be made.
struct KeyFileFault {
  enum class Kind : std::uint8_t {
    empty,
    too_long,   ///< more than kMaxKeyFile octets
    encrypted,  ///< needs a passphrase, and none was given
    wrong_passphrase,
    unknown_cipher,  ///< encrypted in a way that cannot be undone here
    public_key,      ///< only the public half
    certificate,
    container,        ///< a key, perhaps, in a form that has to be converted first; the message says how
    several,          ///< more than one private key
    other_algorithm,  ///< a private key of a kind DKIM does not have
    size,             ///< RSA with fewer than kLeastRsaBits or more than kMostRsaBits
    unsound,          ///< the numbers in it are no key
    damaged,          ///< begins like a private key and cannot be read to the end
    not_a_key,
    openssl,  ///< OpenSSL will not do it
  };
  Kind kind;
  /// A clause without a full stop that says what the file is and what to do; it begins in lower case, to stand behind
  /// the name of the file. Nothing of the file's content is in it.
  std::string message;
};

/// A private key that signs mail: RSA (RFC 6376 §3.3) or Ed25519 (RFC 8463). Owning and move-only; its memory is wiped
/// when it goes. There is no way from it to text but `pem`, whose result is a SecretBytes.
///
/// `sign` may be called from several threads at once.
class PrivateKey {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  /// A new key. Fails for sizes outside kLeastRsaBits to kMostRsaBits.
  [[nodiscard]] static std::expected<PrivateKey, KeyFileFault> generate_rsa(std::uint32_t bits);
  [[nodiscard]] static std::expected<PrivateKey, KeyFileFault> generate_ed25519();

  /// Reads a key from the content of a file: PKCS#8 or PKCS#1, PEM or DER, encrypted or not, with whatever text
  /// stands around it, such as OpenDKIM's `.private`. The numbers are checked before OpenSSL sees them, and a key is
  /// returned only after it has signed something that its public half verifies.
  ///
  /// @param file        any bytes. Not kept, and not wiped.
  /// @param passphrase  without the line end; nullptr: there is none.
  /// @return never throws but for memory. Bounded: kMaxKeyFile octets, and passphrases that cost at most seconds.
  [[nodiscard]] static std::expected<PrivateKey, KeyFileFault> read(std::string_view file,
                                                                    const SecretBytes* passphrase = nullptr);

  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_; }
  [[nodiscard]] KeyAlgorithm algorithm() const noexcept { return public_.algorithm; }
  [[nodiscard]] std::uint32_t bits() const noexcept { return public_.bits; }

  /// Signs the SHA-256 digest of what DKIM calls the data hash input (RFC 6376 §3.7): RSASSA-PKCS1-v1_5 with SHA-256,
  /// or PureEdDSA over the 32 octets of the digest (RFC 8463 §3).
  /// @return the octets for `b=`; fails only when OpenSSL does.
  [[nodiscard]] std::expected<text::Bytes, KeyFileFault> sign(const Digest& sha256) const;

  /// The key as a PEM file in PKCS#8 form, encrypted with AES-256 when a passphrase is given.
  [[nodiscard]] std::expected<SecretBytes, KeyFileFault> pem(const SecretBytes* passphrase = nullptr) const;

 private:
  friend class PrivateKeyReader;

  PrivateKey(PkeyPtr key, PublicKey public_key) : key_(std::move(key)), public_(std::move(public_key)) {}
  static std::expected<PrivateKey, KeyFileFault> adopt(PkeyPtr key);

  PkeyPtr key_;
  PublicKey public_;
};

/// Whether a signature of a digest, as PrivateKey::sign makes it, is that of a public key. False also for keys that
/// OpenSSL cannot read.
[[nodiscard]] bool verify_digest(const PublicKey& key, const PrivateKey::Digest& sha256,
                                 std::span<const std::uint8_t> signature);

}  // namespace envelint::dkim
