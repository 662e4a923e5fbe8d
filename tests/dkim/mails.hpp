#pragma once

#include <envelint/dkim/openssl_ptr.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/text/base64.hpp>

#include <openssl/pem.h>

#include <stdexcept>
#include <string>
#include <string_view>

/// Messages and keys of the RFCs, and a signer that signs whatever it is told.
namespace test {

/// RFC 8463 A.1: keys whose private halves everybody knows.
inline constexpr std::string_view kRfcRsaPrivate = R"(-----BEGIN RSA PRIVATE KEY-----
MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
-----END RSA PRIVATE KEY-----
)";
inline constexpr std::string_view kRfcRsaPublic =
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91"
    "y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";
inline constexpr std::string_view kRfcEd25519Private = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
inline constexpr std::string_view kRfcEd25519Public = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

inline std::string rsa_record() { return "v=DKIM1; k=rsa; p=" + std::string(kRfcRsaPublic); }
inline std::string ed25519_record() { return "v=DKIM1; k=ed25519; p=" + std::string(kRfcEd25519Public); }

/// The message of both RFCs before it is signed, with CRLF.
inline std::string rfc_message() {
  return envelint::mail::to_crlf(R"(From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game. Are you hungry yet?

Joe.
)");
}

inline envelint::dkim::PkeyPtr rfc_rsa_key() {
  const envelint::dkim::BioPtr bio(BIO_new_mem_buf(kRfcRsaPrivate.data(), static_cast<int>(kRfcRsaPrivate.size())));
  return envelint::dkim::PkeyPtr(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

inline envelint::dkim::PkeyPtr rfc_ed25519_key() {
  const auto seed = envelint::text::base64_decode(kRfcEd25519Private).value();
  return envelint::dkim::PkeyPtr(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
}

inline envelint::text::Bytes sign_octets(EVP_PKEY* key, std::string_view data, bool sha1) {
  const bool rsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  const envelint::dkim::DigestContextPtr context(EVP_MD_CTX_new());
  envelint::text::Bytes digest;
  std::string_view input = data;
  if (!rsa) {
    digest = envelint::dkim::digest_of(envelint::dkim::HashAlgorithm::sha256, data);
    input = {reinterpret_cast<const char*>(digest.data()), digest.size()};
  }
  const EVP_MD* md = !rsa ? nullptr : sha1 ? EVP_sha1() : EVP_sha256();
  std::size_t size = 0;
  const auto* octets = reinterpret_cast<const unsigned char*>(input.data());
  envelint::text::Bytes out(2048);
  size = out.size();
  if (EVP_DigestSignInit(context.get(), nullptr, md, nullptr, key) != 1 ||
      EVP_DigestSign(context.get(), out.data(), &size, octets, input.size()) != 1) {
    throw std::runtime_error("cannot sign");
  }
  out.resize(size);
  return out;
}

/// Puts a signature with just these tags on a message, whether a verifier should accept it or not. `bh=` is made where
/// `tags` hold `bh=*`, and `b=` is added at the end.
inline std::string forge(const std::string& message, std::string tags, EVP_PKEY* key) {
  namespace dkim = envelint::dkim;
  const auto plain = envelint::mail::Message::split(message);
  const dkim::Signature draft = dkim::parse_signature(" " + tags + "; b=AAAA");
  const auto algorithm = draft.algorithm().value_or(dkim::SigningAlgorithm::rsa_sha256);
  if (const std::size_t star = tags.find("bh=*"); star != std::string::npos) {
    std::string body = dkim::canonical_body(draft.body_canonicalization(), plain.body());
    if (draft.length()) body.resize(static_cast<std::size_t>(std::min<std::uint64_t>(*draft.length(), body.size())));
    tags.replace(star, 4, "bh=" + envelint::text::base64_encode(dkim::digest_of(dkim::hash_of(algorithm), body)));
  }
  const std::string unsigned_field = "DKIM-Signature: " + tags + "; b=";
  const std::string with_field = unsigned_field + "\r\n" + message;
  const auto split = envelint::mail::Message::split(with_field);
  const dkim::Signature signature = dkim::parse_signature(split.value(split.fields()[0]));
  const std::string input = dkim::signed_header(split, signature, 0, dkim::covered_fields(split, signature, 0));
  const bool sha1 = algorithm == dkim::SigningAlgorithm::rsa_sha1;
  return unsigned_field + envelint::text::base64_encode(sign_octets(key, input, sha1)) + "\r\n" + message;
}

}  // namespace test
