#pragma once

#include <envelint/text/base64.hpp>
#include <envelint/text/span.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace envelint::dkim {

/// What the octets in `p=` are.
enum class KeyForm : std::uint8_t {
  revoked,      ///< nothing: the key is withdrawn
  spki,         ///< SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): what p= holds for RSA
  raw_ed25519,  ///< 32 octets: what p= holds for Ed25519 (RFC 8463 §4.2)
  pkcs1,        ///< a bare RSAPublicKey (RFC 8017 A.1.1)
  certificate,  ///< an X.509 certificate
  ssh,          ///< an SSH public key (RFC 4253 §6.6)
  private_key,  ///< a private key, whole or in part
  truncated,    ///< the beginning of a key; see `announced` and `present`
  case_lost,    ///< base64 in lower (or upper) case only: there is no way back
  placeholder,  ///< words or dots that stand for a key
  api_token,    ///< a mail provider's API token, which is a secret
  not_base64,   ///< no base64, and nothing readable when the offending characters are left out
  unknown,      ///< base64 of something that is no key
  too_long,     ///< more than kMaxKeyText characters; not looked at
};

/// What was put around the key before it went into `p=`.
enum class Wrapping : std::uint8_t {
  none,
  pem,         ///< the text of a PEM file, `-----BEGIN`
  pem_base64,  ///< a whole PEM file, encoded once more
  ssh_text,    ///< the line of an SSH key file, `ssh-rsa AAAA…`
};

enum class KeyAlgorithm : std::uint8_t { unknown, rsa, ed25519, other };

/// What is in `p=`, as far as it can be told.
struct KeyData {
  KeyForm form = KeyForm::unknown;
  Wrapping wrapping = Wrapping::none;
  KeyAlgorithm algorithm = KeyAlgorithm::unknown;
  std::uint32_t bits = 0;       ///< of an RSA modulus, as announced where the key is cut short; 0: not known
  std::uint64_t exponent = 0;   ///< of an RSA key; 0: not known, or more than 64 bits
  std::uint32_t announced = 0;  ///< octets the outermost DER header promises, itself included
  std::uint32_t present = 0;    ///< octets there
  std::uint32_t trailing = 0;   ///< octets behind the end of the key
  bool lost_first = false;      ///< the first character, `M`, is missing; `public_key` is what it was
  /// Why the text is no base64; the offset is into the text given. The other members then describe what is left
  /// without the offending characters.
  std::optional<text::Base64Fault> fault;
  /// The public key as p= must hold it: SubjectPublicKeyInfo for RSA, 32 octets for Ed25519; empty when there is none.
  text::Bytes public_key;
  text::Span modulus;  ///< the RSA modulus in `public_key`, without leading zeros; empty if there is none

  /// Whether it is, exactly as it stands, a key that `k=type` calls for. Says nothing of its strength.
  [[nodiscard]] bool is_exactly(std::string_view type) const noexcept;
  /// `public_key` as the text for p=; empty when there is none.
  [[nodiscard]] std::string encoded() const { return text::base64_encode(public_key); }
};

/// A longer p= is not decoded: a 16,384-bit RSA key needs 2,800 characters.
inline constexpr std::size_t kMaxKeyText = 16 * 1024;

/// Finds out what a value of `p=` is. Reads DER itself, within bounds; OpenSSL sees only certificates.
///
/// @param value  the value as it stands in the record; any bytes.
/// @param type   what `k=` says: 32 octets that also look like the beginning of something else are a key of
///               `ed25519` if this says so.
/// @return never throws but for memory; linear in the length of `value`.
[[nodiscard]] KeyData read_key(std::string_view value, std::string_view type = "rsa");

/// Whether a text is long and plain enough to be a key in base64: at least 40 characters of the alphabet.
[[nodiscard]] bool looks_like_key(std::string_view text) noexcept;

/// The smallest prime up to 73 that divides an RSA modulus (big-endian octets), or 0. A sound modulus has none.
[[nodiscard]] std::uint32_t small_factor(std::span<const std::uint8_t> modulus) noexcept;

/// Whether an RSA modulus bears the fingerprint of the ROCA defect (CVE-2017-15361): its remainders by small primes are
/// all powers of 65537.
[[nodiscard]] bool has_roca_fingerprint(std::span<const std::uint8_t> modulus) noexcept;

}  // namespace envelint::dkim
