#include <envelint/dkim/key_file.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/core.h>
#include <openssl/err.h>

#include <utility>

namespace envelint::dkim {
namespace {

using Kind = KeyFileFault::Kind;

std::unexpected<KeyFileFault> fault(Kind kind, std::string message) {
  return std::unexpected(KeyFileFault{kind, std::move(message)});
}

// What stands between the lines BEGIN and END, or all of a file that is text; DER as base64.
std::string key_data_text(std::string_view file) {
  if (file.starts_with('\x30')) {
    return text::base64_encode({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
  }
  const std::size_t label = file.find("PUBLIC KEY-----");
  if (label == std::string_view::npos) return std::string(text::trim(file));
  const std::string_view body = file.substr(file.find("-----", label) + 5);
  return std::string(text::trim(body.substr(0, body.find("-----"))));
}

bool openssl_reads(const PublicKey& key) {
  if (key.algorithm == KeyAlgorithm::ed25519) return true;
  const std::uint8_t* at = key.octets.data();
  const PkeyPtr opened(d2i_PUBKEY(nullptr, &at, static_cast<long>(key.octets.size())));
  ERR_clear_error();
  return opened != nullptr;
}

std::expected<PublicKey, KeyFileFault> check_rsa(PublicKey key, const KeyData& data) {
  if (key.bits < kLeastRsaBits || key.bits > kMostRsaBits) {
    return fault(Kind::size, fmt::format("this is an RSA key of {} bits; verifiers must not accept fewer than {}, need "
                                         "not support more than 4096 (RFC 8301 §3.2), and none above {} is read here",
                                         key.bits, kLeastRsaBits, kMostRsaBits));
  }
  if (data.exponent < 3 || data.exponent % 2 == 0) {
    return fault(Kind::unsound, "this is no usable RSA key: its public exponent is even, 1, or larger than 64 bits");
  }
  if (key.octets[data.modulus.end - 1U] % 2 == 0) {
    return fault(Kind::unsound, "this is no usable RSA key: its modulus is even");
  }
  return key;
}

std::expected<PublicKey, KeyFileFault> read_public_half(std::string_view file) {
  const std::string value = key_data_text(file);
  if (value.contains("v=DKIM1") || value.starts_with("p=") || value.contains("_domainkey")) {
    return fault(Kind::not_a_key, "this is a DKIM record and no key file");
  }
  const KeyData data = read_key(value);
  const bool taken = data.form == KeyForm::spki || data.form == KeyForm::pkcs1 || data.form == KeyForm::ssh ||
                     data.form == KeyForm::raw_ed25519;
  if (data.form == KeyForm::truncated) {
    return fault(Kind::damaged, fmt::format("this was a public key and is cut short: it announces {} octets and {} are "
                                            "there",
                                            data.announced, data.present));
  }
  if (taken && data.trailing > 0) {
    return fault(Kind::damaged, fmt::format("{} octets stand behind the end of this public key", data.trailing));
  }
  if (taken && data.public_key.empty()) {
    return fault(Kind::other_algorithm,
                 "this is a public key of another algorithm; DKIM has RSA and Ed25519 keys only");
  }
  PublicKey key{data.algorithm, data.algorithm == KeyAlgorithm::rsa ? data.bits : 256, data.public_key};
  if (!taken || !openssl_reads(key)) return fault(Kind::damaged, "this public key cannot be read");
  if (key.algorithm == KeyAlgorithm::ed25519) return key;
  return check_rsa(std::move(key), data);
}

}  // namespace

std::expected<PublicKey, KeyFileFault> read_public_key(std::string_view file, const SecretBytes* passphrase) {
  auto key = PrivateKey::read(file, passphrase);
  if (key) return key->public_key();
  if (key.error().kind == Kind::public_key) return read_public_half(file);
  // Base64 without any lines may be the public half too.
  if (key.error().kind == Kind::not_a_key && looks_like_key(text::trim(file))) {
    if (auto half = read_public_half(file)) return half;
  }
  return std::unexpected(std::move(key.error()));
}

}  // namespace envelint::dkim
