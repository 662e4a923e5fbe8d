#include <support/catch.hpp>

#include <envelint/dkim/der.hpp>
#include <envelint/dkim/openssl_ptr.hpp>
#include <envelint/dkim/private_key.hpp>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>

#include <concepts>
#include <functional>
#include <type_traits>

using namespace envelint;
using namespace envelint::dkim;
using Kind = KeyFileFault::Kind;

// What has no formatter and no stream operator does not get into a log.
static_assert(!fmt::is_formattable<SecretBytes>::value && !fmt::is_formattable<PrivateKey>::value);
static_assert(!std::is_copy_constructible_v<SecretBytes> && !std::is_copy_constructible_v<PrivateKey>);
static_assert(!std::is_convertible_v<SecretBytes, std::string_view>);

namespace {

PkeyPtr make_rsa(unsigned bits = 1024) { return PkeyPtr(EVP_RSA_gen(bits)); }
PkeyPtr make(const char* type) { return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, type)); }
PkeyPtr make_ec() { return PkeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")); }

std::string written(const std::function<int(BIO*)>& write) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  REQUIRE(write(bio.get()) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pkcs8_pem(const PkeyPtr& key, const EVP_CIPHER* cipher = nullptr, const char* passphrase = nullptr) {
  return written([&](BIO* bio) {
    return PEM_write_bio_PKCS8PrivateKey(bio, key.get(), cipher, nullptr, 0, nullptr, const_cast<char*>(passphrase));
  });
}
std::string pkcs8_der(const PkeyPtr& key) {
  return written([&](BIO* bio) { return i2d_PKCS8PrivateKeyInfo_bio(bio, key.get()); });
}
std::string old_pem(const PkeyPtr& key, const EVP_CIPHER* cipher = nullptr, const char* passphrase = nullptr) {
  const auto* words = reinterpret_cast<const unsigned char*>(passphrase);
  const int size = passphrase != nullptr ? static_cast<int>(std::string_view(passphrase).size()) : 0;
  return written([&](BIO* bio) {
    return PEM_write_bio_PrivateKey_traditional(bio, key.get(), cipher, const_cast<unsigned char*>(words), size,
                                                nullptr, nullptr);
  });
}
std::string old_der(const PkeyPtr& key) {
  return written([&](BIO* bio) { return i2d_PrivateKey_bio(bio, key.get()); });
}
std::string public_pem(const PkeyPtr& key) {
  return written([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); });
}
std::string certificate(const PkeyPtr& key, bool pem) {
  const X509Ptr made(X509_new());
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  REQUIRE(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  return written([&](BIO* bio) { return pem ? PEM_write_bio_X509(bio, made.get()) : i2d_X509_bio(bio, made.get()); });
}

std::string body_of(std::string pem) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < pem.size();) {
    const std::size_t end = pem.find('\n', at);
    const std::string line = pem.substr(at, end - at);
    if (line.starts_with("-----"))
      inside = !inside;
    else if (inside)
      out += line;
    at = end + 1;
  }
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string expected_public(const PkeyPtr& key) {
  if (EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA) return body_of(public_pem(key));
  text::Bytes raw(32);
  std::size_t size = raw.size();
  REQUIRE(EVP_PKEY_get_raw_public_key(key.get(), raw.data(), &size) == 1);
  return text::base64_encode(raw);
}

void check_reads(const std::string& file, const PkeyPtr& key, const char* passphrase = nullptr) {
  const SecretBytes words = SecretBytes::copy_of(passphrase != nullptr ? passphrase : "");
  const auto read = PrivateKey::read(file, passphrase != nullptr ? &words : nullptr);
  INFO((read ? "" : read.error().message));
  REQUIRE(read);
  CHECK(read->public_key().encoded() == expected_public(key));
  const PrivateKey::Digest digest{1, 2, 3};
  const auto signature = read->sign(digest);
  REQUIRE(signature);
  CHECK(verify_digest(read->public_key(), digest, *signature));
}

KeyFileFault fault_of(std::string_view file, const char* passphrase = nullptr) {
  const SecretBytes words = SecretBytes::copy_of(passphrase != nullptr ? passphrase : "");
  const auto read = PrivateKey::read(file, passphrase != nullptr ? &words : nullptr);
  REQUIRE_FALSE(read);
  return read.error();
}

/// An RSAPrivateKey of chosen numbers; each is given as its content octets.
struct Numbers {
  text::Bytes version{0}, modulus, exponent, secret, p, q, dp, dq, inverse;

  explicit Numbers(const PkeyPtr& key) {
    const auto take = [&](const char* name) {
      BIGNUM* number = nullptr;
      REQUIRE(EVP_PKEY_get_bn_param(key.get(), name, &number) == 1);
      text::Bytes out(static_cast<std::size_t>(BN_num_bytes(number)) + 1);  // a leading zero
      BN_bn2bin(number, out.data() + 1);
      BN_free(number);
      return out;
    };
    modulus = take(OSSL_PKEY_PARAM_RSA_N);
    exponent = take(OSSL_PKEY_PARAM_RSA_E);
    secret = take(OSSL_PKEY_PARAM_RSA_D);
    p = take(OSSL_PKEY_PARAM_RSA_FACTOR1);
    q = take(OSSL_PKEY_PARAM_RSA_FACTOR2);
    dp = take(OSSL_PKEY_PARAM_RSA_EXPONENT1);
    dq = take(OSSL_PKEY_PARAM_RSA_EXPONENT2);
    inverse = take(OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  }

  [[nodiscard]] std::string der() const {
    text::Bytes body;
    for (const text::Bytes* number : {&version, &modulus, &exponent, &secret, &p, &q, &dp, &dq, &inverse}) {
      der::append(body, der::kInteger, *number);
    }
    text::Bytes out;
    der::append(out, der::kSequence, body);
    return {out.begin(), out.end()};
  }
};

}  // namespace

TEST_CASE("a private key is read from every form it is kept in", "[dkim][private_key]") {
  const PkeyPtr rsa = make_rsa();
  const PkeyPtr ed25519 = make("ED25519");
  for (const PkeyPtr* key : {&rsa, &ed25519}) {
    check_reads(pkcs8_pem(*key), *key);
    check_reads(pkcs8_der(*key), *key);
    check_reads(pkcs8_pem(*key, EVP_aes_256_cbc(), "open sesame"), *key, "open sesame");
    check_reads(body_of(pkcs8_pem(*key)), *key);  // what SES wants: the base64 alone
  }
  check_reads(old_pem(rsa), rsa);
  check_reads(old_der(rsa), rsa);
  check_reads(old_pem(rsa, EVP_aes_128_cbc(), "old"), rsa, "old");
}

TEST_CASE("text around a PEM key, CRLF and indentation do no harm", "[dkim][private_key]") {
  const PkeyPtr key = make_rsa();
  const std::string pem = pkcs8_pem(key);
  check_reads(
      "\xEF\xBB\xBF"
      "Bag Attributes\n    friendlyName: mail\n" +
          pem + "\n-- \n",
      key);
  check_reads(replaced(pem, "\n", "\r\n"), key);
  check_reads("key: |\n  " + replaced(pem, "\n", "\n  "), key);
  check_reads(certificate(key, true) + pem, key);
  check_reads(replaced(old_pem(key, EVP_aes_128_cbc(), "old"), "\n", "\r\n"), key, "old");
  check_reads("-----BEGIN PRIVATE KEY-----\n" + body_of(pem) + "\n-----END PRIVATE KEY-----", key);  // one line
}

TEST_CASE("an Ed25519 key that carries its public half is read", "[dkim][private_key]") {
  // RFC 8410 §10.3, without the attribute.
  constexpr std::string_view kFile =
      "-----BEGIN PRIVATE KEY-----\n"
      "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
      "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
      "Z9w7lshQhqowtrbLDFw4rXAxZuE=\n"
      "-----END PRIVATE KEY-----\n";
  const auto key = PrivateKey::read(kFile);
  REQUIRE(key);
  CHECK(key->public_key().encoded() == "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=");
}

TEST_CASE("a key that is made is written as PKCS#8 and read back", "[dkim][private_key]") {
  const auto rsa = PrivateKey::generate_rsa(1024);
  const auto ed25519 = PrivateKey::generate_ed25519();
  const SecretBytes passphrase = SecretBytes::copy_of("correct horse");
  REQUIRE((rsa && ed25519));
  CHECK(rsa->bits() == 1024);
  CHECK(ed25519->bits() == 256);
  for (const PrivateKey* key : {&*rsa, &*ed25519}) {
    const auto plain = key->pem();
    const auto locked = key->pem(&passphrase);
    REQUIRE((plain && locked));
    CHECK(plain->reveal().starts_with("-----BEGIN PRIVATE KEY-----\n"));
    CHECK(locked->reveal().starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
    CHECK(PrivateKey::read(plain->reveal())->public_key() == key->public_key());
    CHECK(PrivateKey::read(locked->reveal(), &passphrase)->public_key() == key->public_key());
  }
}

TEST_CASE("RSA keys are made from 1024 to 8192 bits", "[dkim][private_key]") {
  CHECK(PrivateKey::generate_rsa(1023).error().kind == Kind::size);
  CHECK(PrivateKey::generate_rsa(8193).error().message == "an RSA key has 1024 to 8192 bits here, not 8193");
  CHECK(PrivateKey::generate_rsa(1025)->bits() == 1025);
}

TEST_CASE("the Ed25519 key of RFC 8463 has the published public half, and signs as PureEdDSA", "[dkim][private_key]") {
  // Appendix A.2: the seed nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=, and what the record of A.2 holds.
  text::Bytes file = *text::base64_decode("MC4CAQAwBQYDK2VwBCIEIA==");
  const text::Bytes seed = *text::base64_decode("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
  file.insert(file.end(), seed.begin(), seed.end());
  const auto key = PrivateKey::read({reinterpret_cast<const char*>(file.data()), file.size()});
  REQUIRE(key);
  CHECK(key->public_key().encoded() == "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  const PrivateKey::Digest digest{};
  CHECK(key->sign(digest)->size() == 64);
  CHECK(*key->sign(digest) == *key->sign(digest));
}

TEST_CASE("a signature of another digest or key does not verify", "[dkim][private_key]") {
  const auto one = PrivateKey::generate_ed25519();
  const auto two = PrivateKey::generate_ed25519();
  const PrivateKey::Digest digest{7};
  const auto signature = one->sign(digest);
  CHECK(verify_digest(one->public_key(), digest, *signature));
  CHECK_FALSE(verify_digest(one->public_key(), PrivateKey::Digest{8}, *signature));
  CHECK_FALSE(verify_digest(two->public_key(), digest, *signature));
  CHECK_FALSE(verify_digest(one->public_key(), digest, {}));
  CHECK_FALSE(verify_digest(PublicKey{}, digest, *signature));
}

TEST_CASE("the fingerprint is that of the SubjectPublicKeyInfo", "[dkim][private_key]") {
  // echo MCowBQYDK2VwAyEAkZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc= | base64 -d | openssl dgst -sha256 -binary | base64
  PublicKey key{KeyAlgorithm::ed25519, 256, *text::base64_decode("kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=")};
  CHECK(key.fingerprint() == "SHA256:z01emihTgAZUW1KbXtlDQIvfxghknh7KBAxQZLjCkUQ");
}

TEST_CASE("a file that is something else is named, and told what to do", "[dkim][private_key]") {
  const PkeyPtr key = make_rsa();
  CHECK(fault_of(certificate(key, true)).message ==
        "this is a certificate; the private key that belongs to it is in another file");
  CHECK(fault_of(certificate(key, false)).kind == Kind::certificate);
  CHECK(fault_of(public_pem(key)).message == "this is a public key; the private one is needed");
  CHECK(fault_of("ssh-rsa AAAAB3NzaC1yc2E= me@host\n").kind == Kind::public_key);
  CHECK(fault_of("s1._domainkey IN TXT \"v=DKIM1; p=\"").kind == Kind::public_key);
  CHECK(fault_of("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n")
            .message == "this is an OpenSSH private key; convert a copy of it with `ssh-keygen -p -m PEM -f FILE`");
  CHECK(fault_of("PuTTY-User-Key-File-3: ssh-rsa\n").kind == Kind::container);
  CHECK(fault_of("Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)\n").message ==
        "this is a DNSSEC key of a name server; DKIM cannot use it");
  CHECK(fault_of("{\"kty\":\"RSA\"}").kind == Kind::not_a_key);
  CHECK(fault_of("").message == "this file is empty");
  CHECK(fault_of("\n \n").kind == Kind::empty);
  CHECK(fault_of("hello").message == "this file holds no key");
  CHECK(fault_of(replaced(pkcs8_pem(key), "\n", "\\n")).kind == Kind::container);
  CHECK(fault_of(pkcs8_pem(key) + pkcs8_pem(key)).kind == Kind::several);
}

TEST_CASE("keys of other algorithms are named", "[dkim][private_key]") {
  CHECK(fault_of(pkcs8_pem(make_ec())).message ==
        "this is a key of an elliptic curve (ECDSA); DKIM has RSA and Ed25519 keys only");
  CHECK(fault_of(old_pem(make_ec())).kind == Kind::other_algorithm);
  CHECK(fault_of(old_der(make_ec())).kind == Kind::other_algorithm);
  CHECK(fault_of(pkcs8_pem(make("ED448"))).kind == Kind::other_algorithm);
  CHECK(fault_of(pkcs8_pem(make("X25519"))).kind == Kind::other_algorithm);
}

TEST_CASE("an encrypted key says whether the passphrase is missing or wrong", "[dkim][private_key]") {
  const PkeyPtr key = make_rsa();
  for (const std::string& file :
       {pkcs8_pem(key, EVP_aes_256_cbc(), "right"), old_pem(key, EVP_aes_256_cbc(), "right")}) {
    CHECK(fault_of(file).message == "this key is encrypted; give its passphrase with `--passphrase-file FILE`");
    CHECK(fault_of(file, "wrong").message == "the passphrase is wrong");
    CHECK(fault_of(file, "").kind == Kind::wrong_passphrase);
    CHECK(PrivateKey::read(file, nullptr).error().kind == Kind::encrypted);
  }
}

TEST_CASE("a passphrase that would take hours is not tried", "[dkim][private_key]") {
  const PkeyPtr key = make_rsa();
  const Pkcs8Ptr info(EVP_PKEY2PKCS8(key.get()));
  const auto locked_with = [&](int rounds) {
    const EncryptedKeyPtr encrypted(PKCS8_encrypt(-1, EVP_aes_256_cbc(), "x", 1, nullptr, 0, rounds, info.get()));
    return written([&](BIO* bio) { return i2d_PKCS8_bio(bio, encrypted.get()); });
  };
  // As 0xFFFFFF the count has the same length.
  std::string file = locked_with(0x010203);
  const std::size_t rounds = file.find(std::string_view("\x02\x03\x01\x02\x03", 5));
  REQUIRE(rounds != std::string::npos);
  check_reads(file, key, "x");
  file.replace(rounds, 5, std::string_view("\x02\x03\xFF\xFF\xFF", 5));
  CHECK(fault_of(file, "x").message ==
        "unlocking this encrypted key would take minutes or more: it asks for too many rounds");
}

TEST_CASE("RSA numbers that are no key are refused before OpenSSL computes with them", "[dkim][private_key]") {
  const PkeyPtr key = make_rsa();
  const Numbers good(key);
  check_reads(good.der(), key);
  const auto fault_with = [&](const std::function<void(Numbers&)>& change) {
    Numbers bad = good;
    change(bad);
    return fault_of(bad.der()).message;
  };
  const auto says = [](std::string_view how) {
    return fmt::format("this is no usable RSA key: {}; make a new one", how);
  };
  CHECK(fault_with([](Numbers& bad) { bad.modulus.back() &= 0xFE; }) == says("its modulus is even"));
  CHECK(fault_with([](Numbers& bad) { bad.exponent = {1}; }) == says("its public exponent is 1"));
  CHECK(fault_with([](Numbers& bad) { bad.exponent = {2}; }) == says("its public exponent is 2"));
  CHECK(fault_with([](Numbers& bad) { bad.exponent = text::Bytes(9, 0x11); }) ==
        says("its public exponent has more than 64 bits"));
  CHECK(fault_with([](Numbers& bad) { bad.p.erase(bad.p.begin()); }) == says("one of its numbers is negative"));
  CHECK(fault_with([](Numbers& bad) { bad.secret = {0}; }) == says("one of its numbers is zero"));
  CHECK(fault_with([](Numbers& bad) { bad.secret = text::Bytes(20'000, 0x55); }) ==
        says("one of its numbers is larger than its modulus"));
  CHECK(fault_with([](Numbers& bad) { bad.p.back() ^= 2; }) == says("its primes do not multiply to its modulus"));
  CHECK(fault_with([](Numbers& bad) { bad.secret.back() ^= 2, bad.dp.back() ^= 2, bad.dq.back() ^= 2; }) ==
        says("what it signs does not verify with its own public half"));
  CHECK(fault_with([](Numbers& bad) { bad.version = {1}; }).contains("more than two primes"));
  CHECK(fault_with([](Numbers& bad) { bad.modulus = text::Bytes(2048, 0x7F); }).contains("an RSA key of 16383 bits"));
  CHECK(fault_with([](Numbers& bad) { bad.modulus = text::Bytes(64, 0x7F); }) ==
        "this is an RSA key of 511 bits; verifiers must not accept fewer than 1024 (RFC 8301 §3.2)");
}

TEST_CASE("a key cut short at any octet, or with octets behind it, is refused", "[dkim][private_key]") {
  const PkeyPtr rsa = make_rsa();
  const PkeyPtr ed25519 = make("ED25519");
  for (const std::string& file : {old_der(rsa), pkcs8_der(rsa), pkcs8_der(ed25519)}) {
    for (std::size_t size = 0; size < file.size(); ++size) {
      if (PrivateKey::read(std::string_view(file).substr(0, size))) FAIL("read at " << size);
    }
    CHECK(fault_of(file + "xyz").message == "this was a private key and is damaged: 3 octets stand behind its end");
  }
  std::string pem = pkcs8_pem(rsa);
  CHECK(fault_of(pem.substr(0, 300)).message ==
        "this was a private key and is damaged: its last line, `-----END …`, is missing");
  pem[100] = '!';
  CHECK(fault_of(pem).message == "this was a private key and is damaged: something other than base64 stands in it");
}

TEST_CASE("a large file is not looked at", "[dkim][private_key]") {
  CHECK(fault_of(std::string(10'000'000, 'A')).kind == Kind::too_long);
  CHECK(fault_of(std::string(kMaxKeyFile, '0')).kind == Kind::not_a_key);
}

TEST_CASE("no message about a key file holds any of the file", "[dkim][private_key]") {
  const PkeyPtr key = make_rsa();
  const std::string body = body_of(pkcs8_pem(key));
  const std::string pem = pkcs8_pem(key);
  for (std::size_t at = 0; at < pem.size(); at += 7) {
    std::string changed = pem;
    changed[at] = '#';
    const auto read = PrivateKey::read(changed);
    if (read) continue;
    for (std::size_t i = 0; i + 8 <= body.size(); i += 8) {
      if (read.error().message.contains(body.substr(i, 8))) FAIL(read.error().message);
    }
  }
}

TEST_CASE("a secret keeps what it is given, moves, and is shortened", "[dkim][private_key]") {
  SecretBytes one = SecretBytes::copy_of("sesame");
  SecretBytes two = std::move(one);
  CHECK(two.reveal() == "sesame");
  two.shorten(3);
  CHECK(two.reveal() == "ses");
  two.shorten(9);
  CHECK(two.size() == 3);
  one = std::move(two);
  CHECK(one.reveal() == "ses");
  CHECK(SecretBytes().empty());
}
