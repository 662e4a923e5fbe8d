#pragma once

#include <envelint/dkim/digest.hpp>
#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/dkim/openssl_ptr.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace envelint::dkim {

/// Why no signature is verified with a key.
enum class KeyTrouble : std::uint8_t {
  unreadable,    ///< it is no key at all
  too_large,     ///< an RSA key of more than kMaxRsaBits
  even_modulus,  ///< an RSA modulus that is even: no product of two large primes
  bad_exponent,  ///< a public exponent of 1, an even one, or one of more than 64 bits
};

/// A few words for a person: `its RSA modulus is even`.
[[nodiscard]] std::string_view to_string(KeyTrouble trouble) noexcept;

/// Verifiers must handle 4096 bits and may handle more (RFC 8301 §3.2); the time of a verification grows with the
/// square.
inline constexpr std::uint32_t kMaxRsaBits = 8192;
/// Keys below this are not accepted (RFC 8301 §3.2).
inline constexpr std::uint32_t kMinRsaBits = 1024;

/// A public key, ready to verify signatures. For one thread at a time. Moves, does not copy.
class VerifyingKey {
 public:
  /// @param data  what was found in `p=`; its `public_key` is used, in whichever container it was published.
  [[nodiscard]] static std::expected<VerifyingKey, KeyTrouble> load(const KeyData& data);

  [[nodiscard]] KeyAlgorithm algorithm() const noexcept { return algorithm_; }
  /// Of an RSA modulus; 256 for Ed25519.
  [[nodiscard]] std::uint32_t bits() const noexcept { return bits_; }

  /// Whether `signature` is one over this digest: PKCS#1 v1.5 for RSA (RFC 6376 §3.3), PureEdDSA over the octets of the
  /// digest for Ed25519 (RFC 8463 §3). False for anything that is not exactly that.
  [[nodiscard]] bool verify(HashAlgorithm hash, std::span<const std::uint8_t> digest,
                            std::span<const std::uint8_t> signature) const;

  /// What an RSA signature says, whatever it was made over: the digest inside it and which one it is (RFC 8017 §9.2).
  /// Nothing where the signature was not made with this key or is damaged, and for Ed25519, which holds no digest.
  struct SignedDigest {
    HashAlgorithm hash;
    text::Bytes digest;
  };
  [[nodiscard]] std::optional<SignedDigest> recover(std::span<const std::uint8_t> signature) const;

 private:
  VerifyingKey() = default;

  [[nodiscard]] bool verify_rsa(HashAlgorithm hash, std::span<const std::uint8_t> digest,
                                std::span<const std::uint8_t> signature) const;
  [[nodiscard]] bool verify_ed25519(std::span<const std::uint8_t> digest,
                                    std::span<const std::uint8_t> signature) const;

  KeyAlgorithm algorithm_ = KeyAlgorithm::unknown;
  std::uint32_t bits_ = 0;
  PkeyPtr key_;
  PkeyContextPtr rsa_sha256_;  // made once: setting one up costs as much as a tenth of a verification
};

/// A key record with what it holds, read once.
struct LoadedKey {
  KeyRecord record;
  KeyData data;
  std::expected<VerifyingKey, KeyTrouble> key;
};

/// Reads a key record and its key.
[[nodiscard]] std::shared_ptr<const LoadedKey> load_key(std::string_view joined);

/// Keeps keys by the text of their records, so that a key that signs many messages is read once. A record that changes
/// is another text: nothing here can be out of date. For one thread.
class KeyCache {
 public:
  /// More keys than these, and all are dropped: a bound that costs no bookkeeping.
  static constexpr std::size_t kMaxKeys = 1000;

  [[nodiscard]] std::shared_ptr<const LoadedKey> get(std::string_view joined);

 private:
  std::map<std::string, std::shared_ptr<const LoadedKey>, std::less<>> keys_;
};

}  // namespace envelint::dkim
