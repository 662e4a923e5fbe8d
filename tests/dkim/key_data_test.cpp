#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include "keys.hpp"

#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/dkim/openssl_ptr.hpp>
#include <envelint/text/ascii.hpp>

#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <fmt/format.h>

#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;

namespace {

PkeyPtr make_rsa(unsigned bits = 1024) { return PkeyPtr(EVP_RSA_gen(bits)); }
PkeyPtr make_ed25519() { return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }
PkeyPtr make_ec() { return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }

std::string content(const BioPtr& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

template <typename Write>
std::string written(Write write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  REQUIRE(write(bio.get()) == 1);
  return content(bio);
}

std::string base64(std::string_view octets) {
  return text::base64_encode({reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
}

std::string spki(const PkeyPtr& key) {
  return written([&](BIO* bio) { return i2d_PUBKEY_bio(bio, key.get()); });
}

// With OpenSSL's default each line ends in a line feed.
std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text;
}

std::string certificate(const PkeyPtr& key) {
  const X509Ptr made(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 60);
  X509_set_pubkey(made.get(), key.get());
  REQUIRE(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  return written([&](BIO* bio) { return i2d_X509_bio(bio, made.get()); });
}

std::string ssh_field(std::string_view data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  std::string out;
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<char>(size >> shift));
  return out.append(data);
}

std::string as_string(const text::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::string decoded(std::string_view text) { return as_string(text::base64_decode(text).value()); }

}  // namespace

TEST_CASE("public keys in the form DKIM wants are recognised", "[dkim][key_data]") {
  const KeyData rsa = read_key(test::kRsa2048);
  CHECK(rsa.form == KeyForm::spki);
  CHECK(rsa.algorithm == KeyAlgorithm::rsa);
  CHECK(rsa.bits == 2048);
  CHECK(rsa.exponent == 65537);
  CHECK(rsa.modulus.size() == 256);
  CHECK(rsa.is_exactly("rsa"));
  CHECK(rsa.encoded() == test::kRsa2048);
  CHECK(read_key(test::kRsa512).bits == 512);
  CHECK(read_key(test::kRsa3072).bits == 3072);
  CHECK(read_key(test::kRsa2048Exponent3).exponent == 3);

  const KeyData ed25519 = read_key(test::kEd25519, "ed25519");
  CHECK(ed25519.form == KeyForm::raw_ed25519);
  CHECK(ed25519.is_exactly("ed25519"));
  CHECK_FALSE(ed25519.is_exactly("rsa"));
  CHECK(read_key(test::kEd25519).form == KeyForm::raw_ed25519);
}

TEST_CASE("the same key in another container is recognised and repacked", "[dkim][key_data]") {
  const auto rsa = make_rsa();
  const std::string right = base64(spki(rsa));
  const auto repacked = [&](const std::string& value, KeyForm form, Wrapping wrapping) {
    const KeyData data = read_key(value);
    INFO(value);
    CHECK(data.form == form);
    CHECK(data.wrapping == wrapping);
    CHECK(data.bits == 1024);
    CHECK(data.encoded() == right);
    CHECK_FALSE(data.is_exactly("rsa"));
  };
  const std::string pem = written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, rsa.get()); });
  repacked(pem, KeyForm::spki, Wrapping::pem);
  repacked(one_line(pem), KeyForm::spki, Wrapping::pem);
  repacked(base64(pem), KeyForm::spki, Wrapping::pem_base64);
  repacked(base64(certificate(rsa)), KeyForm::certificate, Wrapping::none);

  const KeyData bare = read_key(test::kRsa2048Pkcs1);
  CHECK(bare.form == KeyForm::pkcs1);
  CHECK(bare.bits == 2048);
  CHECK(bare.encoded() == test::kRsa2048);

  const KeyData data = read_key(right);
  const std::string modulus = as_string(data.public_key).substr(data.modulus.start, data.modulus.size());
  const std::string wire =
      ssh_field("ssh-rsa") + ssh_field(std::string("\1\0\1", 3)) + ssh_field(std::string(1, '\0') + modulus);
  repacked(base64(wire), KeyForm::ssh, Wrapping::none);
  repacked("ssh-rsa " + base64(wire) + " me@example.com", KeyForm::ssh, Wrapping::ssh_text);

  const std::string raw = decoded(test::kEd25519);
  const KeyData ssh = read_key(base64(ssh_field("ssh-ed25519") + ssh_field(raw)), "ed25519");
  CHECK(ssh.form == KeyForm::ssh);
  CHECK(ssh.encoded() == test::kEd25519);
  CHECK(read_key(test::kEd25519Spki, "ed25519").encoded() == test::kEd25519);
  CHECK(read_key(base64(spki(make_ec()))).algorithm == KeyAlgorithm::other);
}

TEST_CASE("private keys are recognised in every container", "[dkim][key_data]") {
  const auto rsa = make_rsa();
  const auto ec = make_ec();
  const auto ed25519 = make_ed25519();
  std::vector<std::string> values;
  for (const PkeyPtr* key : {&rsa, &ec, &ed25519}) {
    const std::string pkcs8 = written(
        [&](BIO* bio) { return i2d_PKCS8PrivateKey_bio(bio, key->get(), nullptr, nullptr, 0, nullptr, nullptr); });
    const std::string traditional = written([&](BIO* bio) { return i2d_PrivateKey_bio(bio, key->get()); });
    const std::string pem = written(
        [&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key->get(), nullptr, nullptr, 0, nullptr, nullptr); });
    values.insert(values.end(), {base64(pkcs8), base64(traditional), pem, one_line(pem), base64(pem)});
    values.push_back(base64(pkcs8.substr(0, pkcs8.size() - 5)));
  }
  std::string secret = "secret";
  values.push_back(base64(written([&](BIO* bio) {
    return i2d_PKCS8PrivateKey_bio(bio, rsa.get(), EVP_aes_128_cbc(), secret.data(), 6, nullptr, nullptr);
  })));
  values.push_back(base64(std::string("openssh-key-v1\0\0\0\0\4none", 22)));
  values.push_back("-----BEGIN OPENSSH PRIVATE KEY-----b3BlbnNzaC1rZXktdjEA");
  for (const std::string& value : values) {
    INFO(value.substr(0, 40));
    CHECK(read_key(value).form == KeyForm::private_key);
    CHECK(read_key(value).encoded().empty());
  }
  // Lower-cased or quoted it is still no longer secret.
  const std::string traditional = base64(written([&](BIO* bio) { return i2d_PrivateKey_bio(bio, rsa.get()); }));
  CHECK(read_key(text::lower(traditional)).form == KeyForm::private_key);
  CHECK(read_key(traditional.substr(0, 100) + "\"\"" + traditional.substr(100)).form == KeyForm::private_key);
}

TEST_CASE("every beginning of a key is a key cut short", "[dkim][key_data]") {
  for (const std::string_view whole : {test::kRsa2048, test::kRsa1024, test::kEd25519Spki, test::kRsa2048Pkcs1}) {
    const std::string octets = decoded(whole);
    for (std::size_t size = 1; size < octets.size(); ++size) {
      INFO(size);
      const KeyData data = read_key(base64(octets.substr(0, size)));
      REQUIRE(data.form == KeyForm::truncated);
      CHECK(data.present == size);
      if (size >= 4) CHECK(data.announced == octets.size());
    }
    // Cut between characters: also where base64 itself cannot end.
    for (std::size_t size = 2; size < whole.size() - 4; ++size) {
      INFO(size);
      REQUIRE(read_key(whole.substr(0, size)).form == KeyForm::truncated);
    }
  }
  CHECK(read_key(test::kRsa2048.substr(0, 200)).bits == 2048);
}

TEST_CASE("a key damaged in copying is told from others, and mended where it can be", "[dkim][key_data]") {
  const std::string key(test::kRsa2048);
  for (const std::string& damaged :
       {key.substr(0, 100) + "\"\"" + key.substr(100), key.substr(0, 100) + "\\\" \\\"" + key.substr(100), key + "!",
        key + "l", key.substr(0, 64) + "\\n" + key.substr(64), "\"" + key + "\"",
        key.substr(0, 9) + "," + key.substr(9), key.substr(0, 50) + "\xC2\xA0" + key.substr(50),
        key + "==", key.substr(0, 3) + "=" + key.substr(3)}) {
    INFO(damaged);
    const KeyData data = read_key(damaged);
    CHECK(data.fault.has_value());
    if (damaged[3] != '=') CHECK(data.bits == 2048);
    if (damaged[3] != '=') CHECK(data.encoded() == key);
    CHECK_FALSE(data.is_exactly("rsa"));
  }
  CHECK(read_key(text::lower(key)).form == KeyForm::case_lost);
  CHECK(read_key(key.substr(1)).lost_first);
  CHECK(read_key(key.substr(1)).encoded() == key);
  const KeyData longer = read_key(base64(decoded(key) + "abc"));
  CHECK(longer.form == KeyForm::spki);
  CHECK(longer.trailing == 3);
  CHECK(longer.encoded() == key);
  CHECK_FALSE(longer.is_exactly("rsa"));
}

TEST_CASE("what is no key is told apart", "[dkim][key_data]") {
  CHECK(read_key("").form == KeyForm::revoked);
  CHECK(read_key(" \t").form == KeyForm::revoked);
  CHECK(read_key("YOUR_PUBLIC_KEY_HERE").form == KeyForm::placeholder);
  CHECK(read_key("<your key>").form == KeyForm::placeholder);
  CHECK(read_key("...").form == KeyForm::placeholder);
  CHECK(read_key("MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD...").form == KeyForm::placeholder);
  CHECK(read_key("re_123").form == KeyForm::api_token);
  CHECK(read_key("!!!!").form == KeyForm::not_base64);
  CHECK(read_key("AAAA").form == KeyForm::unknown);
  CHECK(read_key(std::string(kMaxKeyText + 1, 'A')).form == KeyForm::too_long);
  CHECK(read_key("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" + std::string(60, 'A')).form == KeyForm::truncated);
}

TEST_CASE("keys with small factors and ROCA's fingerprint are found", "[dkim][key_data]") {
  const KeyData sound = read_key(test::kRsa2048);
  const std::span<const std::uint8_t> modulus = std::span(sound.public_key).subspan(sound.modulus.start, 256);
  CHECK(small_factor(modulus) == 0);
  CHECK_FALSE(has_roca_fingerprint(modulus));
  CHECK(small_factor(std::vector<std::uint8_t>{77}) == 7);
  CHECK(small_factor(std::vector<std::uint8_t>{1, 0}) == 2);
  CHECK(small_factor(std::vector<std::uint8_t>{1, 0, 3}) == 0);  // 65539 is prime
  // Any power of 65537 is a power of it by every prime.
  CHECK(has_roca_fingerprint(std::vector<std::uint8_t>{1, 0, 1}));
  CHECK(has_roca_fingerprint(std::vector<std::uint8_t>{1, 0, 2, 0, 1}));
}

TEST_CASE("OpenSSL agrees on every key of the corpus that is taken for usable", "[dkim][corpus]") {
  const auto path = test::shared_data("data/dkim/dkim_keys_classified.tsv");
  if (!path) return;
  std::size_t usable = 0;
  for (const auto& row : test::read_tsv(*path)) {
    const KeyRecord record = parse_key_record(row.at(5));
    if (record.key_tag() == nullptr) continue;
    const KeyData data = read_key(record.slice(record.key_tag()->value), record.key_type());
    if (data.public_key.empty()) continue;
    const std::uint8_t* position = data.public_key.data();
    const PkeyPtr key(d2i_PUBKEY(nullptr, &position, static_cast<long>(data.public_key.size())));
    INFO(row.at(5));
    REQUIRE(key != nullptr);
    CHECK(EVP_PKEY_get_bits(key.get()) == static_cast<int>(data.bits));
    ++usable;
  }
  CHECK(usable == 379);
}
