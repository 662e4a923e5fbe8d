#include <support/catch.hpp>

#include "keys.hpp"

#include <envelint/dkim/key_file.hpp>

#include <fmt/format.h>

#include <string>

using namespace envelint;
using namespace envelint::dkim;
using Kind = KeyFileFault::Kind;

namespace {

std::string pem(std::string_view label, std::string_view body) {
  return fmt::format("-----BEGIN {0}-----\n{1}\n-----END {0}-----\n", label, body);
}

std::string der(std::string_view base64) {
  const auto octets = text::base64_decode(base64);
  return {octets->begin(), octets->end()};
}

std::string encoded(std::string_view file) {
  const auto key = read_public_key(file);
  return key ? key->encoded() : key.error().message;
}

}  // namespace

TEST_CASE("a public key is read from every form it is kept in", "[dkim][key_file]") {
  CHECK(encoded(pem("PUBLIC KEY", test::kRsa2048)) == test::kRsa2048);
  CHECK(encoded(pem("RSA PUBLIC KEY", test::kRsa2048Pkcs1)) == test::kRsa2048);
  CHECK(encoded(der(test::kRsa2048)) == test::kRsa2048);
  CHECK(encoded(der(test::kRsa2048Pkcs1)) == test::kRsa2048);
  CHECK(encoded(test::kRsa2048) == test::kRsa2048);
  CHECK(encoded(pem("PUBLIC KEY", test::kEd25519Spki)) == test::kEd25519);
  CHECK(encoded(der(test::kEd25519Spki)) == test::kEd25519);
  CHECK(encoded(test::kEd25519) == test::kEd25519);
  CHECK(encoded("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGb7pgM+gFu4YGvXDr9TVGV1wis+kSdwmR1GtzwDkKX me@host\n") ==
        test::kEd25519);
  CHECK(read_public_key(pem("PUBLIC KEY", test::kRsa2048))->bits == 2048);
}

TEST_CASE("a private key gives its public half", "[dkim][key_file]") {
  const auto key = PrivateKey::generate_ed25519();
  const SecretBytes passphrase = SecretBytes::copy_of("x");
  CHECK(read_public_key(key->pem()->reveal()) == key->public_key());
  CHECK(read_public_key(key->pem(&passphrase)->reveal(), &passphrase) == key->public_key());
  CHECK(read_public_key(key->pem(&passphrase)->reveal()).error().kind == Kind::encrypted);
}

TEST_CASE("what holds no key that DKIM can publish is named", "[dkim][key_file]") {
  CHECK(read_public_key("v=DKIM1; k=rsa; p=" + std::string(test::kRsa2048)).error().message ==
        "this is a DKIM record and no key file");
  CHECK(read_public_key(pem("PUBLIC KEY", test::kRsa512)).error().kind == Kind::size);
  CHECK(read_public_key(pem("PUBLIC KEY", test::kRsa2048.substr(0, 200))).error().message ==
        "this was a public key and is cut short: it announces 294 octets and 150 are there");
  CHECK(read_public_key(der(test::kRsa2048) + "xy").error().message ==
        "2 octets stand behind the end of this public key");
  CHECK(
      read_public_key("ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA== me").error().kind ==
      Kind::other_algorithm);
  CHECK(read_public_key(pem("CERTIFICATE", test::kRsa2048)).error().kind == Kind::certificate);
  CHECK(read_public_key("hello").error().message == "this file holds no key");
}
