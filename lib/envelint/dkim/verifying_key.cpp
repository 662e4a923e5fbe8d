#include <envelint/dkim/verifying_key.hpp>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dkim {
namespace {

constexpr std::size_t kEd25519Octets = 32;

const EVP_MD* algorithm_of(HashAlgorithm hash) { return hash == HashAlgorithm::sha1 ? EVP_sha1() : EVP_sha256(); }

PkeyContextPtr rsa_context(EVP_PKEY* key, HashAlgorithm hash) {
  PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const bool ready = context && EVP_PKEY_verify_init(context.get()) == 1 &&
                     EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                     EVP_PKEY_CTX_set_signature_md(context.get(), algorithm_of(hash)) == 1;
  if (!ready) context.reset();
  return context;
}

/// Refuses what is no sound key, or would take too long. `KeyData` has numbers for all of it.
std::expected<void, KeyTrouble> check_rsa(const KeyData& data) {
  if (data.modulus.empty()) return std::unexpected(KeyTrouble::unreadable);
  if (data.bits > kMaxRsaBits) return std::unexpected(KeyTrouble::too_large);
  if ((data.public_key[data.modulus.end - 1] & 1U) == 0) return std::unexpected(KeyTrouble::even_modulus);
  if (data.exponent <= 1 || data.exponent % 2 == 0) return std::unexpected(KeyTrouble::bad_exponent);
  return {};
}

/// DigestInfo of PKCS#1 v1.5 in DER (RFC 8017 §9.2, note 1); it has one form for each digest.
std::optional<VerifyingKey::SignedDigest> read_digest_info(std::span<const std::uint8_t> info) {
  constexpr std::array<std::uint8_t, 15> kSha1{0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e,
                                               0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14};
  constexpr std::array<std::uint8_t, 19> kSha256{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                                 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  const auto read = [&](HashAlgorithm hash, std::span<const std::uint8_t> head) {
    std::optional<VerifyingKey::SignedDigest> out;
    if (info.size() != head.size() + size_of(hash) || !std::ranges::equal(info.first(head.size()), head)) return out;
    const auto digest = info.subspan(head.size());
    out = VerifyingKey::SignedDigest{hash, text::Bytes(digest.begin(), digest.end())};
    return out;
  };
  if (auto sha256 = read(HashAlgorithm::sha256, kSha256)) return sha256;
  return read(HashAlgorithm::sha1, kSha1);
}

}  // namespace

std::string_view to_string(KeyTrouble trouble) noexcept {
  constexpr std::array<std::string_view, 4> kWords{
      "its key cannot be read",
      "its RSA key has more than 8192 bits",
      "its RSA modulus is even",
      "its RSA exponent is 1, even, or larger than 64 bits",
  };
  return kWords[static_cast<std::size_t>(trouble)];
}

std::expected<VerifyingKey, KeyTrouble> VerifyingKey::load(const KeyData& data) {
  VerifyingKey out;
  out.algorithm_ = data.algorithm;
  out.bits_ = data.bits;
  if (data.algorithm == KeyAlgorithm::rsa) {
    if (const auto sound = check_rsa(data); !sound) return std::unexpected(sound.error());
    const unsigned char* at = data.public_key.data();
    out.key_.reset(d2i_PUBKEY(nullptr, &at, static_cast<long>(data.public_key.size())));
    if (out.key_) out.rsa_sha256_ = rsa_context(out.key_.get(), HashAlgorithm::sha256);
    if (!out.rsa_sha256_) out.key_.reset();
  } else if (data.algorithm == KeyAlgorithm::ed25519 && data.public_key.size() == kEd25519Octets) {
    out.bits_ = 256;
    out.key_.reset(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data.public_key.data(), data.public_key.size()));
  }
  ERR_clear_error();
  if (!out.key_) return std::unexpected(KeyTrouble::unreadable);
  return out;
}

bool VerifyingKey::verify(HashAlgorithm hash, std::span<const std::uint8_t> digest,
                          std::span<const std::uint8_t> signature) const {
  const bool verified =
      algorithm_ == KeyAlgorithm::rsa ? verify_rsa(hash, digest, signature) : verify_ed25519(digest, signature);
  if (!verified) ERR_clear_error();  // else the queue of this thread fills up with what others send
  return verified;
}

bool VerifyingKey::verify_rsa(HashAlgorithm hash, std::span<const std::uint8_t> digest,
                              std::span<const std::uint8_t> signature) const {
  PkeyContextPtr other;
  if (hash != HashAlgorithm::sha256) {
    other = rsa_context(key_.get(), hash);
    if (!other) return false;
  }
  EVP_PKEY_CTX* context = other ? other.get() : rsa_sha256_.get();
  return EVP_PKEY_verify(context, signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

std::optional<VerifyingKey::SignedDigest> VerifyingKey::recover(std::span<const std::uint8_t> signature) const {
  if (algorithm_ != KeyAlgorithm::rsa) return std::nullopt;
  const PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
  text::Bytes info(kMaxRsaBits / 8);
  std::size_t size = info.size();
  const bool opened =
      context && EVP_PKEY_verify_recover_init(context.get()) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_verify_recover(context.get(), info.data(), &size, signature.data(), signature.size()) == 1;
  if (!opened) {
    ERR_clear_error();
    return std::nullopt;
  }
  return read_digest_info(std::span(info).first(size));
}

bool VerifyingKey::verify_ed25519(std::span<const std::uint8_t> digest, std::span<const std::uint8_t> signature) const {
  const DigestContextPtr context(EVP_MD_CTX_new());
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

std::shared_ptr<const LoadedKey> load_key(std::string_view joined) {
  KeyRecord record = parse_key_record(joined);
  const KeyTag* tag = record.find(TagId::key);
  KeyData data = tag == nullptr ? KeyData{} : read_key(record.slice(tag->value), record.key_type());
  auto key = VerifyingKey::load(data);
  return std::make_shared<const LoadedKey>(LoadedKey{std::move(record), std::move(data), std::move(key)});
}

std::shared_ptr<const LoadedKey> KeyCache::get(std::string_view joined) {
  const auto known = keys_.find(joined);
  if (known != keys_.end()) return known->second;
  if (keys_.size() >= kMaxKeys) keys_.clear();
  return keys_.emplace(joined, load_key(joined)).first->second;
}

}  // namespace envelint::dkim
