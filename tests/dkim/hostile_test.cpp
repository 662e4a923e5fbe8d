#include <envelint/dkim/der.hpp>
#include <envelint/dkim/verify.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include "mails.hpp"

#include <support/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

// Signatures, keys and messages that were made to do harm. Each is a line of what has gone wrong in this field.

using namespace envelint;
using namespace envelint::dkim;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;
constexpr std::string_view kTags = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; h=from:to; bh=*";

std::string quoted(std::string_view record) {
  std::string out;
  for (std::size_t at = 0; at < record.size(); at += 250) out += " \"" + std::string(record.substr(at, 250)) + "\"";
  return out;
}

std::string zone(std::string_view record) { return "s._domainkey.example.com. TXT" + quoted(record) + "\n"; }

std::vector<SignatureResult> verified(dns::Resolver& dns, const std::string& bytes) {
  return task::sync_wait(verify(dns, mail::Message::split(bytes), VerifyOptions(kNow)));
}

std::string signed_message(const std::string& message = test::rfc_message()) {
  const auto key = test::rfc_rsa_key();
  return test::forge(message, std::string(kTags), key.get());
}

/// What becomes of a well-signed message with this key record.
SignatureResult with_record(std::string_view record) {
  dns::FakeResolver dns(zone(record));
  return std::move(verified(dns, signed_message()).at(0));
}

/// An RSA key of these numbers, whether sound or not, as a record.
std::string rsa_record(text::Bytes modulus, const text::Bytes& exponent) {
  if ((modulus.front() & 0x80U) != 0) modulus.insert(modulus.begin(), 0);
  text::Bytes numbers;
  der::append(numbers, der::kInteger, modulus);
  der::append(numbers, der::kInteger, exponent);
  text::Bytes bits{0};
  der::append(bits, der::kSequence, numbers);
  text::Bytes algorithm{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00};
  text::Bytes spki;
  der::append(spki, der::kSequence, algorithm);
  der::append(spki, der::kBitString, bits);
  text::Bytes whole;
  der::append(whole, der::kSequence, spki);
  return "v=DKIM1; p=" + text::base64_encode(whole);
}

const text::Bytes kUsualExponent{1, 0, 1};

SignatureFault::Kind only_fault(std::string_view tags) {
  const Signature signature = parse_signature(tags);
  REQUIRE(signature.faults().size() == 1);
  return signature.faults().front().kind;
}

constexpr std::string_view kRest = "; v=1; a=rsa-sha256; h=from; bh=AAAA; b=AAAA";

}  // namespace

TEST_CASE("d= and s= that are no names are neither asked for nor printed", "[dkim][hostile]") {
  for (const std::string& bad :
       {std::string("attacker.example\0.example.com", 29), std::string("a.example(.example.com"),
        std::string("a.example%00.example.com"), std::string("a b.example.com"), std::string("a..example.com"),
        std::string(".example.com"), std::string("example.com."), std::string("-a.example.com"),
        std::string("a\\046example.com"), std::string("com"), std::string(64, 'a') + ".example.com",
        std::string("a@example.com")}) {
    INFO(bad);
    const Signature signature = parse_signature("d=" + bad + "; s=s" + std::string(kRest));
    CHECK_FALSE(signature.valid());
    CHECK_FALSE(signature.key_name());
    CHECK(signature.domain().empty());
    if (bad == "com") continue;  // a selector may be one label
    const Signature selector = parse_signature("d=example.com; s=" + bad + std::string(kRest));
    CHECK_FALSE(selector.key_name());
    CHECK(selector.selector().empty());
  }
}

TEST_CASE("the name that is asked for is made of labels", "[dkim][hostile]") {
  const Signature signature = parse_signature("d=Example.COM; s=a.b" + std::string(kRest));
  REQUIRE(signature.valid());
  CHECK(signature.key_name()->to_string() == "a.b._domainkey.Example.COM");
  CHECK(signature.key_name()->label_count() == 5);
}

TEST_CASE("a name that gets too long is a fault", "[dkim][hostile]") {
  std::string domain;
  for (int i = 0; i < 4; ++i) domain += std::string(60, 'a') + ".";
  CHECK(only_fault("d=" + domain + "example; s=selector" + std::string(kRest)) == SignatureFault::Kind::value);
}

TEST_CASE("i= is decoded before it is compared, and must be an address", "[dkim][hostile]") {
  const std::string rest = "; d=example.com; s=s" + std::string(kRest);
  CHECK(only_fault("i=a=40b@example.com" + rest) == SignatureFault::Kind::value);
  CHECK(parse_signature("i==22a=40b=22@example.com" + rest).identity() == "\"a@b\"@example.com");
  CHECK(only_fault("i=@example.com=2Eother.example" + rest) == SignatureFault::Kind::identity_outside);
  for (const std::string_view bad : {"example.com", "a=4@example.com", "a=GG@example.com", ".a@example.com",
                                     "a=00@example.com", "a=0D=0A@example.com", "\"a@example.com", "a@", ""}) {
    INFO(bad);
    CHECK(only_fault("i=" + std::string(bad) + rest) == SignatureFault::Kind::value);
  }
}

TEST_CASE("a lone CR or LF in a signature is no white space", "[dkim][hostile]") {
  const std::string rest = "; s=s" + std::string(kRest);
  CHECK(parse_signature("d=example.com;\r\n\tx=5" + rest).valid());
  CHECK(only_fault("d=example.com;\n x=5" + rest) == SignatureFault::Kind::syntax);
  CHECK(only_fault("d=example.com;\r x=5" + rest) == SignatureFault::Kind::syntax);
  CHECK(only_fault("d=example.com;\r\nx=5" + rest) == SignatureFault::Kind::syntax);
}

TEST_CASE("numbers do not overflow", "[dkim][hostile]") {
  const std::string rest = "; d=example.com; s=s" + std::string(kRest);
  CHECK(parse_signature("l=18446744073709551617" + rest).length() == Signature::kInfinite);
  CHECK(parse_signature("x=99999999999999999999" + rest).expiration() == Signature::kInfinite);
  CHECK(parse_signature("x=000000000000000000000012" + rest).expiration() == 12U);
  CHECK(only_fault("l=-1" + rest) == SignatureFault::Kind::value);
  CHECK(only_fault("t=1e9" + rest) == SignatureFault::Kind::value);
  CHECK(only_fault("t=" + rest) == SignatureFault::Kind::value);
}

TEST_CASE("at most ten signatures are evaluated, and the others are named as skipped", "[dkim][hostile]") {
  const std::string message = test::rfc_message();
  const std::string field = signed_message().substr(0, signed_message().size() - message.size());
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += field;
  VerifyOptions options(kNow);
  options.limits.header = bytes.size() + message.size();
  dns::FakeResolver dns(zone(test::rsa_record()));
  const std::string whole = bytes + message;
  const auto results = task::sync_wait(verify(dns, mail::Message::split(whole), options));
  REQUIRE(results.size() == 100);
  CHECK(std::ranges::count(results, Result::pass, &SignatureResult::result) == 10);
  CHECK(std::ranges::count_if(results, &SignatureResult::skipped) == 90);
  CHECK(results[9].result == Result::pass);
  CHECK(results[10].detail == "only the first 10 signatures count");
  CHECK(results[99].detail == "nor the 900 signatures below it");
  CHECK(dns.queries().size() == 1);
}

TEST_CASE("at most ten keys are asked for", "[dkim][hostile]") {
  const auto key = test::rfc_rsa_key();
  std::string bytes = test::rfc_message();
  for (int i = 0; i < 12; ++i) {
    std::string tags(kTags);
    tags.replace(tags.find("s=s"), 3, "s=s" + std::to_string(i));
    bytes = test::forge(bytes, tags, key.get());
  }
  VerifyOptions options(kNow);
  options.limits.signatures = 12;
  dns::FakeResolver dns("");
  const auto results = task::sync_wait(verify(dns, mail::Message::split(bytes), options));
  CHECK(dns.queries().size() == 10);
  CHECK(std::ranges::count_if(results, &SignatureResult::skipped) == 2);
}

TEST_CASE("a signature below 64 KiB of header is not looked at", "[dkim][hostile]") {
  dns::FakeResolver dns(zone(test::rsa_record()));
  std::string padding;
  for (int i = 0; i < 1000; ++i) padding += "X-Padding: " + std::string(60, 'x') + "\r\n";
  const auto results = verified(dns, padding + signed_message());
  REQUIRE(results.size() == 1);
  CHECK(results[0].skipped());
  CHECK(results[0].result == Result::policy);
  CHECK(dns.queries().empty());
}

TEST_CASE("a signature over more than 64 KiB of header is not accepted", "[dkim][hostile]") {
  dns::FakeResolver dns(zone(test::rsa_record()));
  std::string message = test::rfc_message();
  message.insert(message.find("Suzie"), 1'000'000, 'x');
  const auto results = verified(dns, signed_message(message));
  CHECK(results.at(0).reason == Reason::header_too_large);
  CHECK(results.at(0).body_hash_ok == true);
  // Not signed, it does no harm.
  CHECK(verified(dns, signed_message("X-Long: " + std::string(1'000'000, 'x') + "\r\n" + test::rfc_message()))
            .at(0)
            .result == Result::pass);
}

TEST_CASE("100,000 fields and 1,000 names in h= cost little", "[dkim][hostile]") {
  dns::FakeResolver dns(zone(test::rsa_record()));
  std::string many = test::rfc_message();
  std::string padding;
  for (std::size_t i = 0; i < mail::kMaxFields - 100; ++i) padding += "x:\r\n";
  CHECK(verified(dns, signed_message(padding + many)).at(0).result == Result::pass);
  padding += padding;
  const auto cut = verified(dns, signed_message(padding + many));
  CHECK(cut.at(0).reason == Reason::header_too_large);

  std::string names = "from";
  for (int i = 0; i < 1000; ++i) names += ":x" + std::to_string(i);
  std::string tags(kTags);
  tags.replace(tags.find("from:to"), 7, names);
  const auto key = test::rfc_rsa_key();
  const auto result = std::move(verified(dns, test::forge(many, tags, key.get())).at(0));
  CHECK(result.result == Result::policy);
  CHECK(result.reason == Reason::too_many_names);
}

TEST_CASE("huge base64 and huge fields are refused", "[dkim][hostile]") {
  dns::FakeResolver dns(zone(test::rsa_record()));
  std::string bytes = signed_message();
  bytes.insert(bytes.find("; b=") + 4, std::string(40'000, 'A'));
  auto results = verified(dns, bytes);
  CHECK(results.at(0).result == Result::fail);
  CHECK(results.at(0).reason == Reason::signature);
  const Signature signature = parse_signature("b=" + std::string(10'000'000, 'A'));
  CHECK(signature.faults().front().kind == SignatureFault::Kind::too_long);
}

TEST_CASE("RSA keys that are too short, too long or no keys are not accepted", "[dkim][hostile]") {
  CHECK(with_record(rsa_record(text::Bytes(2048, 0xFF), kUsualExponent)).reason == Reason::key_unusable);
  CHECK(with_record(rsa_record(text::Bytes(1024, 0xFF), kUsualExponent)).reason == Reason::signature);
  text::Bytes even(256, 0xFF);
  even.back() = 0xFE;
  CHECK(with_record(rsa_record(even, kUsualExponent)).reason == Reason::key_unusable);
  CHECK(with_record(rsa_record(text::Bytes(256, 0xFF), {1})).reason == Reason::key_unusable);
  CHECK(with_record(rsa_record(text::Bytes(256, 0xFF), {4})).reason == Reason::key_unusable);
  CHECK(with_record(rsa_record(text::Bytes(256, 0xFF), {0})).reason == Reason::key_unusable);
  CHECK(with_record(rsa_record(text::Bytes(256, 0xFF), text::Bytes(200, 0x7F))).reason == Reason::key_unusable);
  CHECK(with_record(rsa_record(text::Bytes(96, 0xFF), kUsualExponent)).reason == Reason::key_too_short);
  CHECK(with_record(rsa_record(text::Bytes(127, 0xFF), kUsualExponent)).reason == Reason::key_too_short);
  CHECK(with_record("v=DKIM1; p=" + std::string(20'000, 'A')).result == Result::permerror);
  CHECK(with_record("v=DKIM1; p=MIGfMA0GCSqGSIb3").result == Result::permerror);
}

TEST_CASE("a signature by exponent 1, which anybody can make, is never found good", "[dkim][hostile]") {
  const auto result = with_record(rsa_record(text::Bytes(128, 0xFF), {1}));
  CHECK_FALSE(result.header_signature_ok);
  CHECK(result.key_ok == false);
}

TEST_CASE("messages that are hardly messages have results", "[dkim][hostile]") {
  dns::FakeResolver dns(zone(test::rsa_record()));
  CHECK(verified(dns, "").empty());
  CHECK(verified(dns, "DKIM-Signature:").at(0).reason == Reason::missing_tag);
  CHECK(verified(dns, "DKIM-Signature").empty());
  CHECK(verified(dns, "DKIM-Signature:\r\n").at(0).reason == Reason::missing_tag);
  const std::string bytes = signed_message();
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    for (const SignatureResult& result : verified(dns, bytes.substr(0, size))) CHECK(result.result != Result::none);
  }
}

TEST_CASE("every octet of what is signed counts", "[dkim][hostile]") {
  dns::FakeResolver dns(zone(test::rsa_record()));
  const std::string bytes = signed_message();
  const std::size_t from = bytes.find("From:");
  const std::size_t to_end = bytes.find("\r\nSubject");
  REQUIRE(verified(dns, bytes).at(0).result == Result::pass);
  for (std::size_t at = from + 6; at < to_end; ++at) {
    std::string changed = bytes;
    changed[at] = changed[at] == 'z' ? 'y' : 'z';
    for (const SignatureResult& result : verified(dns, changed)) CHECK(result.result != Result::pass);
  }
}
