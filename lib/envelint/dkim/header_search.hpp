#pragma once

#include <envelint/dkim/body_search.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/dkim/verifying_key.hpp>
#include <envelint/mail/message.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Searching for what was done to the signed fields of a header, with the signature as the proof.
namespace envelint::dkim {

/// Says whether a header is the one that was signed. An RSA signature is opened once, and then each question costs one
/// hash; Ed25519 has to verify each time.
class SignatureOracle {
 public:
  /// @param key, signature  must outlive the oracle.
  SignatureOracle(const VerifyingKey& key, const Signature& signature);

  /// Whether a question costs but a hash, because the signature shows what was signed. With RSA it is a proof that this
  /// key made it, and if not, that no change to the header can be why it fails.
  [[nodiscard]] bool opened() const noexcept { return signed_.has_value(); }
  /// The hash it was made with, where it was opened.
  [[nodiscard]] std::optional<HashAlgorithm> hash() const;
  /// @param octets  as RFC 6376 §3.7 has them hashed.
  [[nodiscard]] bool accepts(std::string_view octets) const;

 private:
  const VerifyingKey* key_;
  const Signature* signature_;
  std::optional<VerifyingKey::SignedDigest> signed_;
};

/// Searches for the smallest known change: one field, then two. Never names one that the oracle does not accept.
/// @param own      the index of the signature's field.
/// @param covered  for every name of `h=` the index of the field it covers (SignatureResult::covered).
[[nodiscard]] SearchResult search_header(const mail::Message& message, const Signature& signature, std::size_t own,
                                         const std::vector<std::optional<std::size_t>>& covered,
                                         const SignatureOracle& oracle, const SearchLimits& limits = {});

}  // namespace envelint::dkim
