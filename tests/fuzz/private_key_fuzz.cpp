#include "fuzz.hpp"

#include <envelint/dkim/key_file.hpp>
#include <envelint/dkim/private_key.hpp>
#include <envelint/text/ascii.hpp>

#include <string_view>

using namespace envelint::dkim;

namespace {

// Our own words are short: a long one would be key material.
void check_fault(const KeyFileFault& fault) {
  fuzz_require(!fault.message.empty() && !fault.message.ends_with('.'), "a fault says what the file is");
  std::size_t run = 0;
  for (const char c : fault.message) {
    run = envelint::text::is_alnum(c) || c == '+' || c == '/' ? run + 1 : 0;
    fuzz_require(run < 20, "nothing of a file is shown");
  }
}

void check_key(const PrivateKey& key) {
  fuzz_require(key.algorithm() == KeyAlgorithm::ed25519 || (key.bits() >= kLeastRsaBits && key.bits() <= kMostRsaBits),
               "an RSA key has a size that verifiers accept");
  const PrivateKey::Digest digest{1, 2, 3};
  const auto signature = key.sign(digest);
  fuzz_require(signature && verify_digest(key.public_key(), digest, *signature), "what a key signs verifies");
  const auto pem = key.pem();
  fuzz_require(pem.has_value(), "a key can be written");
  const auto again = PrivateKey::read(pem->reveal());
  fuzz_require(again && again->public_key() == key.public_key(), "a key that was written is the same");
}

}  // namespace

// The input is the content of a key file; the passphrase of encrypted ones in the corpus is `x`.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SecretBytes passphrase = SecretBytes::copy_of("x");
  const std::string_view file = fuzz_text(data, size);
  const auto plain = PrivateKey::read(file);
  const auto key = plain || plain.error().kind != KeyFileFault::Kind::encrypted ? PrivateKey::read(file)
                                                                                : PrivateKey::read(file, &passphrase);
  if (!plain) check_fault(plain.error());
  if (!key) check_fault(key.error());
  if (key) check_key(*key);
  const auto half = read_public_key(file);
  if (!half) return check_fault(half.error()), 0;
  fuzz_require(!half->encoded().empty() && half->fingerprint().size() == 50, "a public key can be published");
  return 0;
}
