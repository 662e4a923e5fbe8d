#include <envelint/dkim/public_key.hpp>

#include <openssl/evp.h>

#include <array>

namespace envelint::dkim {
namespace {

// SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING of 32 octets }: what stands before the key (RFC 8410 §4).
constexpr std::array<std::uint8_t, 12> kEd25519Head{0x30, 0x2A, 0x30, 0x05, 0x06, 0x03,
                                                    0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};

}  // namespace

std::string PublicKey::fingerprint() const {
  text::Bytes spki;
  if (algorithm == KeyAlgorithm::ed25519) spki.assign(kEd25519Head.begin(), kEd25519Head.end());
  spki.insert(spki.end(), octets.begin(), octets.end());
  std::array<std::uint8_t, 32> digest{};
  if (EVP_Digest(spki.data(), spki.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) return {};
  std::string out = "SHA256:" + text::base64_encode(digest);
  while (out.ends_with('=')) out.pop_back();
  return out;
}

}  // namespace envelint::dkim
