#pragma once

#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/openssl_ptr.hpp>
#include <envelint/text/base64.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>

namespace envelint::dkim {

/// The digests of DKIM (RFC 6376 §3.3).
enum class HashAlgorithm : std::uint8_t {
  sha1,  ///< historic: computed to say what a signature is, never accepted (RFC 8301 §3.1)
  sha256,
};

[[nodiscard]] std::string_view to_string(HashAlgorithm hash) noexcept;
/// 20 or 32.
[[nodiscard]] std::size_t size_of(HashAlgorithm hash) noexcept;

/// A digest under way. Small pieces are gathered, so that many of them cost little; large ones are not copied.
class Digest : public Sink {
 public:
  /// For Digest::octets: all that comes is hashed.
  static constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

  /// @param limit  how many octets are hashed; what comes after is only counted (`l=`, RFC 6376 §3.5).
  explicit Digest(HashAlgorithm hash, std::uint64_t limit = kNoLimit);
  /// A copy goes on by itself, so that many texts with the same beginning cost that beginning once.
  Digest(const Digest& other);
  Digest& operator=(const Digest&) = delete;
  ~Digest() override = default;

  void write(std::string_view octets) override;
  /// Ends the digest. Once.
  [[nodiscard]] text::Bytes finish();
  /// How many octets came, those beyond the limit too.
  [[nodiscard]] std::uint64_t octets() const noexcept { return octets_; }

 private:
  void flush();
  void hash(std::string_view octets);

  DigestContextPtr context_;
  std::uint64_t limit_;
  std::uint64_t octets_ = 0;
  std::size_t gathered_ = 0;
  std::array<char, 1024> buffer_;
};

/// The digest of a text.
[[nodiscard]] text::Bytes digest_of(HashAlgorithm hash, std::string_view octets);

}  // namespace envelint::dkim
