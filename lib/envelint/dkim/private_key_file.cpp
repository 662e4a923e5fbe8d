#include <envelint/dkim/der.hpp>
#include <envelint/dkim/private_key.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <optional>
#include <vector>

/// PrivateKey::read: finds the key in a file, takes the layers off, checks the numbers, and only then asks OpenSSL.
namespace envelint::dkim {

using Kind = KeyFileFault::Kind;
using der::Octets;

namespace {

constexpr std::array<std::uint8_t, 9> kRsa{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01};
constexpr std::array<std::uint8_t, 9> kRsaPss{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x0A};
constexpr std::array<std::uint8_t, 7> kEllipticCurve{0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01};
constexpr std::array<std::uint8_t, 7> kDsa{0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01};
constexpr std::array<std::uint8_t, 3> kEd25519{0x2B, 0x65, 0x70};
constexpr std::array<std::uint8_t, 3> kEd448{0x2B, 0x65, 0x71};
constexpr std::array<std::uint8_t, 9> kPbes2{0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D};
constexpr std::array<std::uint8_t, 9> kScrypt{0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B};

constexpr std::size_t kEd25519Seed = 32;
// Rounds of a key derivation that take about ten seconds: who asks for more wants to keep us busy.
constexpr std::uint64_t kMaxRounds = 10'000'000;
constexpr std::uint64_t kMaxScryptWork = std::uint64_t{1} << 24;  // N·r·p
// What a passphrase for the old PEM encryption is copied into (PEM_BUFSIZE).
constexpr std::size_t kMaxOldPassphrase = 1024;

std::unexpected<KeyFileFault> fault(Kind kind, std::string message) {
  ERR_clear_error();
  return std::unexpected(KeyFileFault{kind, std::move(message)});
}

std::unexpected<KeyFileFault> damaged(std::string_view how) {
  return fault(Kind::damaged, fmt::format("this was a private key and is damaged: {}", how));
}

KeyFileFault unusable(std::string_view how) {
  return {Kind::unsound, fmt::format("this is no usable RSA key: {}; make a new one", how)};
}

std::unexpected<KeyFileFault> unsound(std::string_view how) {
  ERR_clear_error();
  return std::unexpected(unusable(how));
}

bool is(Octets oid, Octets other) { return std::ranges::equal(oid, other); }

/// One `-----BEGIN LABEL-----` with what stands behind it, up to its END line.
struct PemBlock {
  std::string_view label;
  std::string_view body;
  bool ends = false;
};

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END";
constexpr std::string_view kDashes = "-----";

std::vector<PemBlock> pem_blocks(std::string_view file) {
  std::vector<PemBlock> out;
  for (std::size_t at = file.find(kBegin); at != std::string_view::npos; at = file.find(kBegin, at + 1)) {
    const std::size_t label = at + kBegin.size();
    const std::size_t label_end = file.find(kDashes, label);
    if (label_end == std::string_view::npos) break;
    const std::size_t body = label_end + kDashes.size();
    const std::size_t end = file.find(kEnd, body);
    out.push_back({file.substr(label, label_end - label), file.substr(body, end - std::min(body, end)),
                   end != std::string_view::npos});
  }
  return out;
}

bool is_private(const PemBlock& block) { return block.label.ends_with("PRIVATE KEY"); }

// Base64 into memory that is wiped; nothing when something else stands in it.
std::optional<SecretBytes> decode(std::string_view text) {
  SecretBytes out(text.size() / 4 * 3 + 3);
  const auto octets = out.writable();
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::uint32_t group = 0;
  unsigned bits = 0;
  std::size_t size = 0;
  bool padded = false;
  for (const char c : text) {
    if (text::is_space(c)) continue;
    const std::size_t value = kAlphabet.find(c);
    if (c == '=') padded = true;
    if (c == '=') continue;
    if (padded || value == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    octets[size++] = static_cast<std::uint8_t>(group >> bits);
  }
  group = 0;
  out.shorten(size);
  return out;
}

std::uint64_t to_number(Octets octets) {
  while (!octets.empty() && octets.front() == 0) octets = octets.subspan(1);
  if (octets.size() > sizeof(std::uint64_t)) return UINT64_MAX;
  std::uint64_t number = 0;
  for (const std::uint8_t octet : octets) number = number << 8 | octet;
  return number;
}

// Whether finding the key from the passphrase takes seconds at most. What cannot be read is for OpenSSL to refuse.
bool is_affordable(Octets encrypted) {
  const auto outer = der::Reader(encrypted).next(der::kSequence);
  if (!outer) return true;
  const auto algorithm = der::Reader(outer->content).next(der::kSequence);
  if (!algorithm) return true;
  der::Reader parts(algorithm->content);
  auto oid = parts.next(der::kObjectIdentifier);
  auto parameters = parts.next(der::kSequence);
  if (oid && parameters && is(oid->content, kPbes2)) {
    const auto derivation = der::Reader(parameters->content).next(der::kSequence);
    if (!derivation) return true;
    der::Reader inner(derivation->content);
    oid = inner.next(der::kObjectIdentifier);
    parameters = inner.next(der::kSequence);
  }
  if (!oid || !parameters) return true;
  der::Reader fields(parameters->content);
  fields.next();  // the salt
  const auto first = fields.next(der::kInteger);
  if (!first) return true;
  const std::uint64_t rounds = to_number(first->content);
  if (!is(oid->content, kScrypt)) return rounds <= kMaxRounds;
  const auto block = fields.next(der::kInteger);
  const auto parallel = fields.next(der::kInteger);
  if (!block || !parallel) return true;
  const std::uint64_t r = to_number(block->content);
  const std::uint64_t p = to_number(parallel->content);
  return rounds <= kMaxScryptWork && r <= kMaxScryptWork && p <= kMaxScryptWork && rounds * r <= kMaxScryptWork &&
         rounds * r * p <= kMaxScryptWork;
}

bool openssl_lacks_cipher() {
  bool lacks = false;
  while (const unsigned long error = ERR_get_error()) {
    const int reason = ERR_GET_REASON(error);
    lacks = lacks || reason == ERR_R_UNSUPPORTED || reason == EVP_R_UNKNOWN_PBE_ALGORITHM ||
            reason == EVP_R_UNSUPPORTED_ALGORITHM || reason == EVP_R_UNSUPPORTED_CIPHER;
  }
  return lacks;
}

int give_passphrase(char* buffer, int size, int, void* passphrase) {
  const std::string_view words = static_cast<const SecretBytes*>(passphrase)->reveal();
  if (words.size() > static_cast<std::size_t>(size)) return -1;
  std::ranges::copy(words, buffer);
  return static_cast<int>(words.size());
}

struct FreeBignum {
  void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
  void operator()(BN_CTX* context) const noexcept { BN_CTX_free(context); }
};
using BignumPtr = std::unique_ptr<BIGNUM, FreeBignum>;

BignumPtr bignum(Octets octets) {
  return BignumPtr(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

// The nine numbers of an RSAPrivateKey (RFC 8017 A.1.2).
struct RsaNumbers {
  Octets modulus, exponent, secret, p, q, dp, dq, inverse;
  std::uint32_t bits = 0;
};

Octets without_leading_zeros(Octets octets) {
  while (!octets.empty() && octets.front() == 0) octets = octets.subspan(1);
  return octets;
}

std::uint32_t bits_of(Octets digits) {
  if (digits.empty()) return 0;
  return static_cast<std::uint32_t>(digits.size() * 8) - static_cast<std::uint32_t>(std::countl_zero(digits[0]));
}

std::expected<RsaNumbers, KeyFileFault> read_numbers(Octets key) {
  der::Reader outside(key);
  const auto sequence = outside.next(der::kSequence);
  if (!sequence) return damaged("it does not begin as an RSA key does");
  if (!sequence->whole()) {
    return damaged(fmt::format("it announces {} octets and {} are there", sequence->length, sequence->content.size()));
  }
  if (!outside.rest().empty()) {
    return damaged(fmt::format("{} octets stand behind its end", outside.rest().size()));
  }
  der::Reader reader(sequence->content);
  const auto version = reader.next(der::kInteger);
  if (!version || version->content.size() != 1) return damaged("it has no version");
  if (version->content[0] == 1)
    return unsound("it has more than two primes, which verifiers and signers do not expect");
  if (version->content[0] != 0) return damaged("its version is not known");

  RsaNumbers out;
  for (Octets* number : {&out.modulus, &out.exponent, &out.secret, &out.p, &out.q, &out.dp, &out.dq, &out.inverse}) {
    const auto element = reader.next(der::kInteger);
    if (!element || !element->whole() || element->content.empty()) return damaged("a number is missing");
    if (element->content[0] >= 0x80) return unsound("one of its numbers is negative");
    *number = without_leading_zeros(element->content);
  }
  if (!reader.rest().empty()) return damaged("something stands behind its last number");
  out.bits = bits_of(out.modulus);
  return out;
}

std::optional<KeyFileFault> check_size(std::uint32_t bits) {
  if (bits < kLeastRsaBits) {
    return KeyFileFault{Kind::size,
                        fmt::format("this is an RSA key of {} bits; verifiers must not accept fewer than {} "
                                    "(RFC 8301 §3.2)",
                                    bits, kLeastRsaBits)};
  }
  if (bits > kMostRsaBits) {
    return KeyFileFault{Kind::size, fmt::format("this is an RSA key of {} bits; verifiers need not support more than "
                                                "4096 (RFC 8301 §3.2), and none above {} is read here",
                                                bits, kMostRsaBits)};
  }
  return std::nullopt;
}

bool multiply_to_modulus(const RsaNumbers& key) {
  const std::unique_ptr<BN_CTX, FreeBignum> context(BN_CTX_secure_new());
  const BignumPtr product(BN_secure_new());
  const BignumPtr p = bignum(key.p);
  const BignumPtr q = bignum(key.q);
  const BignumPtr modulus = bignum(key.modulus);
  if (!context || !product || !p || !q || !modulus) return false;
  return BN_mul(product.get(), p.get(), q.get(), context.get()) == 1 && BN_cmp(product.get(), modulus.get()) == 0;
}

// Everything that would make OpenSSL compute for minutes, or sign what nobody accepts.
std::optional<KeyFileFault> check_numbers(const RsaNumbers& key) {
  if (auto wrong = check_size(key.bits)) return wrong;
  if (key.modulus.back() % 2 == 0) return unusable("its modulus is even");
  if (key.exponent.size() > sizeof(std::uint64_t)) return unusable("its public exponent has more than 64 bits");
  const std::uint64_t exponent = to_number(key.exponent);
  if (exponent < 3 || exponent % 2 == 0) return unusable(fmt::format("its public exponent is {}", exponent));
  for (const Octets number : {key.secret, key.p, key.q, key.dp, key.dq, key.inverse}) {
    if (number.empty()) return unusable("one of its numbers is zero");
    if (number.size() > key.modulus.size()) return unusable("one of its numbers is larger than its modulus");
  }
  if (!multiply_to_modulus(key)) return unusable("its primes do not multiply to its modulus");
  return std::nullopt;
}

std::expected<PkeyPtr, KeyFileFault> open_rsa(Octets octets) {
  const auto numbers = read_numbers(octets);
  if (!numbers) return std::unexpected(numbers.error());
  if (auto wrong = check_numbers(*numbers)) return std::unexpected(*std::move(wrong));
  const std::uint8_t* at = octets.data();
  PkeyPtr key(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(octets.size())));
  if (!key) return unsound("OpenSSL does not accept its numbers");
  return key;
}

// RFC 8410 §7: the seed is an OCTET STRING inside the OCTET STRING.
std::expected<PkeyPtr, KeyFileFault> open_ed25519(Octets octets) {
  der::Reader reader(octets);
  const auto seed = reader.next(der::kOctetString);
  if (!seed || seed->content.size() != kEd25519Seed || !reader.rest().empty()) {
    return damaged("an Ed25519 key has 32 octets");
  }
  PkeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed->content.data(), kEd25519Seed));
  if (!key) return damaged("OpenSSL does not accept it");
  return key;
}

std::unexpected<KeyFileFault> other_algorithm(std::string_view name) {
  return fault(Kind::other_algorithm, fmt::format("this is {}; DKIM has RSA and Ed25519 keys only", name));
}

std::expected<PkeyPtr, KeyFileFault> open_inner(Octets oid, Octets key) {
  if (is(oid, kRsa)) return open_rsa(key);
  if (is(oid, kEd25519)) return open_ed25519(key);
  if (is(oid, kRsaPss)) return other_algorithm("an RSA-PSS key");
  if (is(oid, kEllipticCurve)) return other_algorithm("a key of an elliptic curve (ECDSA)");
  if (is(oid, kDsa)) return other_algorithm("a DSA key");
  if (is(oid, kEd448)) return other_algorithm("an Ed448 key");
  return other_algorithm("a private key of another kind");
}

std::string_view convert_openssh() {
  return "this is an OpenSSH private key; convert a copy of it with `ssh-keygen -p -m PEM -f FILE`";
}

}  // namespace

/// One use: construct, `read`.
class PrivateKeyReader {
 public:
  using Result = std::expected<PkeyPtr, KeyFileFault>;

  PrivateKeyReader(std::string_view file, const SecretBytes* passphrase) : file_(file), passphrase_(passphrase) {}

  std::expected<PrivateKey, KeyFileFault> read() {
    auto opened = open();
    ERR_clear_error();
    if (!opened) return std::unexpected(std::move(opened.error()));
    auto key = PrivateKey::adopt(*std::move(opened));
    if (key && !works(*key)) return unsound("what it signs does not verify with its own public half");
    return key;
  }

 private:
  // A key whose parts do not belong together would sign mail that nobody can verify.
  static bool works(const PrivateKey& key) {
    constexpr PrivateKey::Digest kSample{0x44, 0x4B, 0x49, 0x4D};
    const auto signature = key.sign(kSample);
    return signature && verify_digest(key.public_key(), kSample, *signature);
  }

  [[nodiscard]] Result open() const {
    if (text::trim(file_).empty()) return fault(Kind::empty, "this file is empty");
    if (file_.size() > kMaxKeyFile) {
      return fault(Kind::too_long, fmt::format("this is no key: it has more than {} octets", kMaxKeyFile));
    }
    if (file_.contains(kBegin)) return open_pem();
    if (file_[0] == '\x30') return open_der(der_of(file_));
    return open_text();
  }

  static Octets der_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  [[nodiscard]] Result open_pem() const {
    const std::vector<PemBlock> blocks = pem_blocks(file_);
    const auto first = std::ranges::find_if(blocks, is_private);
    if (first == blocks.end()) return not_private(blocks);
    if (std::ranges::count_if(blocks, is_private) > 1) {
      return fault(Kind::several, "this file holds more than one private key; which is meant cannot be told");
    }
    return open_block(*first);
  }

  [[nodiscard]] static Result not_private(const std::vector<PemBlock>& blocks) {
    const std::string_view label = blocks.empty() ? std::string_view{} : blocks.front().label;
    if (label.ends_with("CERTIFICATE")) {
      return fault(Kind::certificate, "this is a certificate; the private key that belongs to it is in another file");
    }
    if (label.ends_with("CERTIFICATE REQUEST")) {
      return fault(Kind::certificate, "this is a certificate request; the private key is in another file");
    }
    if (label.ends_with("PUBLIC KEY"))
      return fault(Kind::public_key, "this is a public key; the private one is needed");
    if (label.starts_with("PGP ")) return fault(Kind::not_a_key, "this belongs to OpenPGP; DKIM cannot use it");
    return fault(Kind::not_a_key, "this is a PEM file without a private key");
  }

  [[nodiscard]] Result open_block(const PemBlock& block) const {
    if (block.label == "OPENSSH PRIVATE KEY") return fault(Kind::container, std::string(convert_openssh()));
    if (block.label == "EC PRIVATE KEY") return other_algorithm("a key of an elliptic curve (ECDSA)");
    if (block.label == "DSA PRIVATE KEY") return other_algorithm("a DSA key");
    if (!block.ends) return damaged("its last line, `-----END …`, is missing");
    if (block.body.contains("\\n")) {
      return fault(Kind::container,
                   "the line ends of this PEM file are written out as `\\n`; turn them into line ends "
                   "with `sed 's/\\\\n/\\n/g'`");
    }
    if (block.body.contains("Proc-Type:")) return open_old_encryption(block.body);
    const auto octets = decode(block.body);
    if (!octets) return damaged("something other than base64 stands in it");
    if (block.label == "RSA PRIVATE KEY") return open_rsa(octets->reveal_octets());
    return open_der(octets->reveal_octets());
  }

  // The encryption of PEM files before PKCS#8 (RFC 1421): two header lines and an empty one stand before the base64.
  [[nodiscard]] Result open_old_encryption(std::string_view body) const {
    if (passphrase_ == nullptr) return needs_passphrase();
    const std::size_t start = body.find("Proc-Type:");
    std::size_t end = body.find("\n\n", start);
    if (end == std::string_view::npos) end = body.find("\r\n\r\n", start);
    if (end == std::string_view::npos) return damaged("an empty line is missing behind `DEK-Info:`");
    std::string header(body.substr(start, end - start));
    std::erase(header, '\r');
    header += '\n';
    auto octets = decode(body.substr(end));
    EVP_CIPHER_INFO cipher{};
    if (!octets) return damaged("something other than base64 stands in it");
    if (PEM_get_EVP_CIPHER_INFO(header.data(), &cipher) != 1 || cipher.cipher == nullptr) return unknown_cipher();
    if (passphrase_->size() > kMaxOldPassphrase) return wrong_passphrase();
    long size = static_cast<long>(octets->size());
    const int done = PEM_do_header(&cipher, octets->writable().data(), &size, give_passphrase,
                                   const_cast<SecretBytes*>(passphrase_));
    if (done != 1) return openssl_lacks_cipher() ? unknown_cipher() : wrong_passphrase();
    const Octets plain = octets->reveal_octets().first(static_cast<std::size_t>(size));
    // One wrong passphrase in 256 leaves padding that looks right.
    if (!der::Reader(plain).next(der::kSequence)) return wrong_passphrase();
    return open_rsa(plain);
  }

  // DER begins the same for all of them: what stands inside the SEQUENCE tells.
  [[nodiscard]] Result open_der(Octets octets) const {
    der::Reader outside(octets);
    const auto outer = outside.next(der::kSequence);
    if (!outer) return fault(Kind::not_a_key, "this file holds no key");
    der::Reader inner(outer->content);
    if (inner.peek() == der::kSequence) return open_sequence(octets, *outer);
    const auto version = inner.next(der::kInteger);
    if (!version) return fault(Kind::not_a_key, "this file holds no key");
    if (inner.peek() == der::kInteger && version->length == 1) return open_rsa(octets);
    if (inner.peek() == der::kInteger)
      return fault(Kind::public_key, "this is a public key; the private one is needed");
    if (inner.peek() == der::kOctetString) return other_algorithm("a key of an elliptic curve (ECDSA)");
    if (inner.peek() != der::kSequence) return fault(Kind::not_a_key, "this file holds no key");
    if (version->content.size() == 1 && version->content[0] == 3) return bundle();
    if (!outer->whole()) {
      return damaged(fmt::format("it announces {} octets and {} are there", outer->length, outer->content.size()));
    }
    if (!outside.rest().empty()) return damaged(fmt::format("{} octets stand behind its end", outside.rest().size()));
    return open_pkcs8(inner);
  }

  // PrivateKeyInfo behind its version (RFC 5208 §5, RFC 5958 §2): algorithm, key, and attributes, which say nothing.
  [[nodiscard]] static Result open_pkcs8(der::Reader inner) {
    const auto algorithm = inner.next(der::kSequence);
    const auto key = inner.next(der::kOctetString);
    if (!algorithm || !key || !key->whole()) return damaged("its parts are not those of a PKCS#8 key");
    const auto oid = der::Reader(algorithm->content).next(der::kObjectIdentifier);
    if (!oid) return damaged("it does not say what kind of key it is");
    return open_inner(oid->content, key->content);
  }

  // A SEQUENCE in a SEQUENCE: encrypted, a public key, or a certificate.
  [[nodiscard]] Result open_sequence(Octets octets, const der::Element& outer) const {
    der::Reader parts(outer.content);
    const auto first = parts.next(der::kSequence);
    if (!first) return fault(Kind::not_a_key, "this file holds no key");
    if (parts.peek() == der::kOctetString) return open_encrypted(octets);
    if (parts.peek() == der::kBitString) {
      return fault(Kind::public_key, "this is a public key; the private one is needed");
    }
    if (parts.peek() == der::kSequence) {
      return fault(Kind::certificate, "this is a certificate; the private key that belongs to it is in another file");
    }
    return fault(Kind::not_a_key, "this file holds no key");
  }

  [[nodiscard]] Result open_encrypted(Octets octets) const {
    if (passphrase_ == nullptr) return needs_passphrase();
    if (!is_affordable(octets)) {
      return fault(Kind::unknown_cipher,
                   "unlocking this encrypted key would take minutes or more: it asks for too many "
                   "rounds");
    }
    const std::uint8_t* at = octets.data();
    const EncryptedKeyPtr encrypted(d2i_X509_SIG(nullptr, &at, static_cast<long>(octets.size())));
    if (!encrypted) return damaged("its encryption cannot be read");
    const std::string_view words = passphrase_->reveal();
    const Pkcs8Ptr info(PKCS8_decrypt(encrypted.get(), words.data(), static_cast<int>(words.size())));
    if (!info) return openssl_lacks_cipher() ? unknown_cipher() : wrong_passphrase();
    const ASN1_OBJECT* oid = nullptr;
    const std::uint8_t* key = nullptr;
    int size = 0;
    if (PKCS8_pkey_get0(&oid, &key, &size, nullptr, info.get()) != 1) return damaged("its parts cannot be read");
    return open_inner({OBJ_get0_data(oid), OBJ_length(oid)}, {key, static_cast<std::size_t>(size)});
  }

  [[nodiscard]] Result open_text() const {
    const std::string_view text = text::trim(file_);
    const auto named = [](std::string_view what) { return fault(Kind::not_a_key, fmt::format("this is {}", what)); };
    if (text.starts_with("PuTTY-User-Key-File")) {
      return fault(Kind::container,
                   "this is a PuTTY key; convert it with `puttygen FILE -O private-openssh -o OUT` and "
                   "then `ssh-keygen -p -m PEM -f OUT`");
    }
    if (text.starts_with("ssh-") || text.starts_with("ecdsa-")) {
      return fault(Kind::public_key, "this is an OpenSSH public key; the private one is needed");
    }
    if (text.starts_with("Private-key-format:")) return named("a DNSSEC key of a name server; DKIM cannot use it");
    if (text.starts_with('{')) return named("JSON and no key; a JSON Web Key has to be converted to PEM first");
    if (text.contains("v=DKIM1") || text.starts_with("p=") || text.contains("_domainkey")) {
      return fault(Kind::public_key, "this is a DKIM record, which holds the public key; the private one is needed");
    }
    // Amazon SES and others want the base64 of a PEM file without its lines; so do variables in an environment.
    const auto octets = looks_like_key(text) ? decode(text) : std::nullopt;
    if (octets && octets->reveal().starts_with('\x30')) return open_der(octets->reveal_octets());
    if (octets && octets->reveal().starts_with("openssh-key-v1")) {
      return fault(Kind::container, std::string(convert_openssh()));
    }
    return fault(Kind::not_a_key, "this file holds no key");
  }

  static std::unexpected<KeyFileFault> needs_passphrase() {
    return fault(Kind::encrypted, "this key is encrypted; give its passphrase with `--passphrase-file FILE`");
  }
  static std::unexpected<KeyFileFault> wrong_passphrase() {
    return fault(Kind::wrong_passphrase, "the passphrase is wrong");
  }
  static std::unexpected<KeyFileFault> unknown_cipher() {
    return fault(Kind::unknown_cipher,
                 "this key is encrypted in a way OpenSSL 3 does not undo by itself; convert it with "
                 "`openssl pkey -provider legacy -provider default -in FILE -out NEW`");
  }
  static std::unexpected<KeyFileFault> bundle() {
    return fault(Kind::container,
                 "this is a PKCS#12 bundle (.p12, .pfx); take the key out with `openssl pkcs12 -in FILE "
                 "-nocerts -noenc -out key.pem`");
  }

  std::string_view file_;
  const SecretBytes* passphrase_;
};

std::expected<PrivateKey, KeyFileFault> PrivateKey::read(std::string_view file, const SecretBytes* passphrase) {
  return PrivateKeyReader(file, passphrase).read();
}

}  // namespace envelint::dkim
