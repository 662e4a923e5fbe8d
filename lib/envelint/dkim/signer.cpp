#include <envelint/dkim/signer.hpp>

#include <envelint/dkim/digest.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <utility>

namespace envelint::dkim {
namespace {}  // namespace

bool is_internationalized(const mail::Message& message) { return !text::all_ascii(message.header()); }

std::expected<Signer, SignFault> signer_of(std::string_view domain, const SigningKey& key, bool utf8) {
  const auto written = [&](std::string_view name) {
    return utf8 || text::all_ascii(name) ? std::string(name) : dns::to_a_labels(name).value_or("");
  };
  const bool ed25519 = key.key->algorithm() == KeyAlgorithm::ed25519;
  const auto algorithm = ed25519 ? SigningAlgorithm::ed25519_sha256 : SigningAlgorithm::rsa_sha256;
  Signer out{to_string(algorithm), written(domain), written(key.selector)};
  if (!read_domain(out.domain, 2)) return std::unexpected(SignFault::bad_domain);
  if (!read_domain(out.selector, 1)) return std::unexpected(SignFault::bad_selector);
  return out;
}

std::expected<std::string, SignFault> finish_signature(mail::FoldedField field, const SigningKey& key,
                                                       std::string_view hashed) {
  const text::Bytes hash = digest_of(HashAlgorithm::sha256, hashed);
  PrivateKey::Digest octets{};
  std::ranges::copy(hash, octets.begin());
  const auto made = key.key->sign(octets);
  if (!made) return std::unexpected(SignFault::key_failed);
  field.stream(text::base64_encode(*made));
  return field.text() + "\r\n";
}

}  // namespace envelint::dkim
