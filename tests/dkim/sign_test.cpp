#include <envelint/dkim/sign.hpp>

#include <envelint/dkim/verify.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include "mails.hpp"

#include <support/catch.hpp>

#include <random>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

const PrivateKey& rsa() {
  static const PrivateKey key = PrivateKey::read(test::kRfcRsaPrivate).value();
  return key;
}

const PrivateKey& ed25519() {
  static const PrivateKey key = PrivateKey::generate_ed25519().value();
  return key;
}

std::string signed_by_both(const std::string& message, const SignOptions& options) {
  const auto fields = sign(mail::Message::split(message), {{&rsa(), "r"}, {&ed25519(), "e"}}, options);
  REQUIRE(fields);
  return *fields + message;
}

std::vector<SignatureResult> verified(const std::string& bytes, std::string_view domain = "example.com",
                                      std::uint64_t now = kNow) {
  const std::string at = "._domainkey." + std::string(domain) + ". TXT ";
  const std::string p = ed25519().public_key().encoded();
  dns::FakeResolver dns("r" + at + "\"v=DKIM1; p=" + std::string(test::kRfcRsaPublic) + "\"\ne" + at +
                        "\"v=DKIM1; k=ed25519; p=" + p + "\"\n");
  return task::sync_wait(verify(dns, mail::Message::split(bytes), VerifyOptions(now)));
}

bool all_pass(const std::vector<SignatureResult>& results) {
  return !results.empty() &&
         std::ranges::all_of(results, [](const SignatureResult& each) { return each.result == Result::pass; });
}

std::optional<SignFault> fault(const std::string& message, const SignOptions& options) {
  const auto fields = sign(mail::Message::split(message), {{&rsa(), "r"}}, options);
  return fields ? std::nullopt : std::optional(fields.error());
}

SignOptions plain() { return {"example.com", kNow}; }

}  // namespace

TEST_CASE("what is signed verifies, with both algorithms and all canonicalizations", "[dkim][sign]") {
  for (const auto header : {Canonicalization::simple, Canonicalization::relaxed}) {
    for (const auto body : {Canonicalization::simple, Canonicalization::relaxed}) {
      SignOptions options = plain();
      options.header = header;
      options.body = body;
      const auto results = verified(signed_by_both(test::rfc_message(), options));
      REQUIRE(results.size() == 2);
      CHECK(all_pass(results));
      CHECK(results[0].signature.algorithm() == SigningAlgorithm::rsa_sha256);
      CHECK(results[1].signature.algorithm() == SigningAlgorithm::ed25519_sha256);
    }
  }
}

TEST_CASE("a signature is folded at 78 columns and the same every time", "[dkim][sign]") {
  const auto message = test::rfc_message();
  const auto fields = sign(mail::Message::split(message), {{&rsa(), "r"}}, plain());
  REQUIRE(fields);
  CHECK(fields->substr(0, fields->find(" b=")) ==
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=r;\r\n"
        " t=1700000000; h=from:from:to:to:cc:subject:subject:date:date:reply-to:\r\n"
        " content-type:content-transfer-encoding:message-id:message-id;\r\n"
        " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;");
  for (std::size_t at = 0; at < fields->size();) {
    const std::size_t end = fields->find("\r\n", at);
    CHECK(end - at <= 78);
    at = end + 2;
  }
  CHECK(sign(mail::Message::split(message), {{&rsa(), "r"}}, plain()) == fields);
}

TEST_CASE("From, To, Subject and Date cannot be added to what is signed", "[dkim][sign]") {
  const std::string bytes = signed_by_both(test::rfc_message(), plain());
  for (const std::string name : {"From", "To", "Cc", "Subject", "Date", "Reply-To", "Content-Type", "Message-ID"}) {
    CHECK(all_pass(verified(bytes)));
    for (const SignatureResult& result : verified(name + ": other\r\n" + bytes)) CHECK(result.result == Result::fail);
  }
  SignOptions options = plain();
  options.oversign = false;
  CHECK(all_pass(verified("From: other\r\n" + signed_by_both(test::rfc_message(), options))));
}

TEST_CASE("fields that lists add for honest reasons may be added", "[dkim][sign]") {
  const std::string bytes = signed_by_both(test::rfc_message(), plain());
  CHECK(all_pass(verified("Sender: list@example.org\r\nList-Id: <x.example.org>\r\nReceived: x\r\n" + bytes)));
}

TEST_CASE("the fields to sign can be named, and From is among them in any case", "[dkim][sign]") {
  SignOptions options = plain();
  options.fields = {"Subject", "X-Other"};
  options.oversign = false;
  const std::string bytes = signed_by_both("X-Other: 1\r\nX-Other: 2\r\n" + test::rfc_message(), options);
  CHECK(bytes.contains("h=from:subject:x-other:x-other;"));
  CHECK(all_pass(verified(bytes)));
}

TEST_CASE("a header whose first line continues none is not signed: it would continue the signature", "[dkim][sign]") {
  CHECK(fault(" folded\r\n" + test::rfc_message(), plain()) == SignFault::no_first_field);
}

TEST_CASE("x= and i= are written when asked for", "[dkim][sign]") {
  SignOptions options = plain();
  options.lifetime = 3600;
  options.identity = "a;b c=d@sub.example.com";
  CHECK(fault(test::rfc_message(), options) == SignFault::bad_identity);  // a blank outside quotes
  options.identity = "a=b@sub.example.com";
  const std::string bytes = signed_by_both(test::rfc_message(), options);
  CHECK(bytes.contains(" i=a=3Db@sub.example.com;"));
  const auto results = verified(bytes);
  CHECK(all_pass(results));
  CHECK(results[0].signature.identity() == "a=b@sub.example.com");
  CHECK(results[0].signature.expiration() == kNow + 3600);
  CHECK(verified(bytes, "example.com", kNow + 4000)[0].reason == Reason::expired);
}

TEST_CASE("l= is not written unless it is forced", "[dkim][sign]") {
  SignOptions options = plain();
  CHECK_FALSE(signed_by_both(test::rfc_message(), options).contains(" l="));
  options.body_length = true;
  const std::string bytes = signed_by_both(test::rfc_message(), options);
  CHECK(bytes.contains(" l=54;"));
  const auto results = verified(bytes + "appended\r\n");
  CHECK(all_pass(results));
  CHECK(results[0].unsigned_octets == 10);
}

TEST_CASE("names that are not ASCII are A-labels, but U-labels in internationalized mail", "[dkim][sign]") {
  const SignOptions options("bücher.example", kNow);
  const std::string ascii = signed_by_both(test::rfc_message(), options);
  CHECK(ascii.contains(" d=xn--bcher-kva.example;"));
  CHECK(all_pass(verified(ascii, "xn--bcher-kva.example")));
  const std::string utf8 = signed_by_both("X-Name: Jürgen\r\n" + test::rfc_message(), options);
  CHECK(utf8.contains(" d=bücher.example;"));
  CHECK(all_pass(verified(utf8, "xn--bcher-kva.example")));
}

TEST_CASE("what should not be signed is not", "[dkim][sign]") {
  CHECK(fault("To: a\r\n\r\nx", plain()) == SignFault::no_from);
  CHECK(fault("From: a\r\nFrom: b\r\n\r\nx", plain()) == SignFault::several_from);
  CHECK(fault("From: a\r\n", plain()) == SignFault::no_header_end);
  CHECK(fault(test::rfc_message(), {"nodots", kNow}) == SignFault::bad_domain);
  CHECK(fault(test::rfc_message(), {"example.com; d=example.net", kNow}) == SignFault::bad_domain);
  SignOptions options = plain();
  options.identity = "a@example.net";
  CHECK(fault(test::rfc_message(), options) == SignFault::bad_identity);
  options = plain();
  options.fields = {"DKIM-Signature"};
  CHECK(fault(test::rfc_message(), options) == SignFault::bad_field_name);
  options = plain();
  options.lifetime = 0;
  CHECK(fault(test::rfc_message(), options) == SignFault::bad_lifetime);
  const auto split = test::rfc_message();
  CHECK(sign(mail::Message::split(split), {}, plain()).error() == SignFault::no_key);
  CHECK(sign(mail::Message::split(split), {{&rsa(), "a b"}}, plain()).error() == SignFault::bad_selector);
  std::string many;
  for (int i = 0; i < 200; ++i) many += "To: a\r\n";
  CHECK(fault(many + test::rfc_message(), plain()) == SignFault::too_many_names);
}

TEST_CASE("odd messages verify as they were signed", "[dkim][sign]") {
  std::mt19937 random(3);  // NOLINT: the same messages every time
  constexpr std::string_view kOctets = "abc: \t\r\n;=\x80\xFF";
  const auto noise = [&](std::size_t size) {
    std::string out;
    while (out.size() < size)
      out += random() % 5 == 0 ? std::string("\r\n") : std::string(1, kOctets[random() % kOctets.size()]);
    return out;
  };
  for (int round = 0; round < 60; ++round) {
    std::string bytes =
        "Subject:" + noise(20) + "\r\n \t\r\nFROM \t: <a@example.com>\r\n\t\r\nX: \r\n\r\n" + noise(200);
    if (mail::Message::split(bytes).count("from") != 1) continue;
    SignOptions options = plain();
    options.header = random() % 2 == 0 ? Canonicalization::simple : Canonicalization::relaxed;
    options.body = random() % 2 == 0 ? Canonicalization::simple : Canonicalization::relaxed;
    REQUIRE(all_pass(verified(signed_by_both(bytes, options))));
  }
}
