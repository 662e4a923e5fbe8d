#include <envelint/dkim/verify.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include "keys.hpp"
#include "mails.hpp"

#include <support/catch.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

std::vector<SignatureResult> verified(dns::Resolver& dns, const std::string& bytes, std::uint64_t now = kNow) {
  return task::sync_wait(verify(dns, mail::Message::split(bytes), VerifyOptions(now)));
}

/// Results as `pass` or `fail: body hash did not verify`.
std::string said(const SignatureResult& result) {
  std::string out(to_string(result.result));
  if (result.reason != Reason::verified) out.append(": ").append(to_string(result.reason));
  return out;
}

/// `body header key`, each `yes`, `no` or `?`.
std::string facts(const SignatureResult& result) {
  const auto word = [](const std::optional<bool>& fact) { return !fact ? "?" : *fact ? "yes" : "no"; };
  return fmt::format("{} {} {}", word(result.body_hash_ok), word(result.header_signature_ok), word(result.key_ok));
}

std::string zone(const std::string& record) {
  return "s._domainkey.example.com. TXT \"" + record.substr(0, 250) + "\" \"" +
         record.substr(std::min<std::size_t>(250, record.size())) + "\"\n";
}

constexpr std::string_view kTags = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=s; h=from:to; bh=*";

/// The one result of a message signed with these tags by the RSA key of RFC 8463, with this key record.
SignatureResult one(const std::string& tags, const std::string& record,
                    const std::string& message = test::rfc_message(), std::uint64_t now = kNow) {
  dns::FakeResolver dns(zone(record));
  const auto key = test::rfc_rsa_key();
  auto results = verified(dns, test::forge(message, tags, key.get()), now);
  REQUIRE(results.size() == 1);
  return std::move(results[0]);
}

/// kTags with one text in place of another.
std::string tags_with(std::string_view from, std::string_view to) {
  std::string out(kTags);
  const std::size_t at = out.find(from);
  REQUIRE(at != std::string::npos);
  return out.replace(at, from.size(), to);
}

const std::string kRsa = test::rsa_record();

}  // namespace

TEST_CASE("the message of RFC 6376 A.2 verifies with the key of appendix C", "[dkim][verify]") {
  // The text of the RFC shows two spaces after a full stop that the signed message has not.
  const std::string bytes = mail::to_crlf(R"(DKIM-Signature: v=1; a=rsa-sha256; s=brisbane; d=example.com;
      c=simple/simple; q=dns/txt; i=joe@football.example.com;
      h=Received : From : To : Subject : Date : Message-ID;
      bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
      b=AuUoFEfDxTDkHlLXSZEpZj79LICEps6eda7W3deTVFOk4yAUoqOB
      4nujc7YopdG5dWLSdNg6xNAZpOPr+kHxt1IrE+NahM6L/LbvaHut
      KVdkLLkpVaVVQPzeRDI009SO2Il5Lu7rDNH6mZckBdrIx0orEtZV
      4bmp/YzhwvcubU4=;
Received: from client1.football.example.com  [192.0.2.1]
      by submitserver.example.com with SUBMISSION;
      Fri, 11 Jul 2003 21:01:54 -0700 (PDT)
)") + test::rfc_message();
  dns::FakeResolver dns(
      "brisbane._domainkey.example.com. TXT \"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ\" "
      "\"KBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt\" \"IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v\" "
      "\"/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhi\" \"tdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB\"\n");
  const auto results = verified(dns, bytes);
  REQUIRE(results.size() == 1);
  CHECK(said(results[0]) == "pass");
  CHECK(facts(results[0]) == "yes yes yes");
  CHECK(results[0].signature.identity() == "joe@football.example.com");
  CHECK(results[0].key_bits() == 1024);
}

TEST_CASE("both signatures of the message of RFC 8463 A.3 verify", "[dkim][verify]") {
  const std::string bytes = mail::to_crlf(R"(DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
)") + test::rfc_message();
  dns::FakeResolver dns("brisbane._domainkey.football.example.com. TXT \"" + test::ed25519_record() +
                        "\"\ntest._domainkey.football.example.com. TXT \"" + test::rsa_record() + "\"\n");
  const auto results = verified(dns, bytes);
  REQUIRE(results.size() == 2);
  CHECK(said(results[0]) == "pass");
  CHECK(results[0].key_bits() == 256);
  CHECK(said(results[1]) == "pass");
}

TEST_CASE("a message without a signature has no results", "[dkim][verify]") {
  dns::FakeResolver dns("");
  CHECK(verified(dns, test::rfc_message()).empty());
  CHECK(dns.queries().empty());
}

TEST_CASE("the three facts are found out each by itself", "[dkim][verify]") {
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string bytes = test::forge(test::rfc_message(), std::string(kTags), key.get());

  auto results = verified(dns, bytes + "added\r\n");
  CHECK(said(results[0]) == "fail: body hash did not verify");
  CHECK(facts(results[0]) == "no yes yes");

  std::string other_to = bytes;
  other_to.replace(other_to.find("Suzie"), 5, "Susie");
  results = verified(dns, other_to);
  CHECK(said(results[0]) == "fail: signature did not verify");
  CHECK(facts(results[0]) == "yes no yes");

  dns::FakeResolver revoked(zone("v=DKIM1; p="));
  results = verified(revoked, bytes + "added\r\n");
  CHECK(said(results[0]) == "permerror: key revoked");
  CHECK(facts(results[0]) == "no ? no");

  // A key that may not be used can still tell whether the header is what was signed.
  dns::FakeResolver not_for_mail(zone("v=DKIM1; s=tlsrpt; p=" + std::string(test::kRfcRsaPublic)));
  results = verified(not_for_mail, bytes);
  CHECK(said(results[0]) == "permerror: inappropriate service type");
  CHECK(facts(results[0]) == "yes yes no");
}

TEST_CASE("DNS that does not answer is a temperror, and a key that is not there a permerror", "[dkim][verify]") {
  const auto key = test::rfc_rsa_key();
  const std::string bytes = test::forge(test::rfc_message(), std::string(kTags), key.get());
  dns::FakeResolver silent(";! timeout s._domainkey.example.com\n");
  auto results = verified(silent, bytes);
  CHECK(said(results[0]) == "temperror: key unavailable");
  CHECK(facts(results[0]) == "yes ? ?");
  dns::FakeResolver nothing("");
  results = verified(nothing, bytes);
  CHECK(said(results[0]) == "permerror: no key for signature");
  CHECK(facts(results[0]) == "yes ? no");
}

TEST_CASE("several key records are none", "[dkim][verify]") {
  const auto key = test::rfc_rsa_key();
  dns::FakeResolver dns(zone(kRsa) + zone("v=DKIM1; p="));
  const auto results = verified(dns, test::forge(test::rfc_message(), std::string(kTags), key.get()));
  CHECK(said(results[0]) == "permerror: several key records");
}

TEST_CASE("what RFC 6376 §6.1.2 says of key records is kept", "[dkim][verify]") {
  const std::string tags(kTags);
  const std::string p = "p=" + std::string(test::kRfcRsaPublic);
  CHECK(said(one(tags, p)) == "pass");
  CHECK(said(one(tags, "k=rsa; h=sha1:sha256; s=*; t=y; n=note; " + p)) == "pass");
  CHECK(said(one(tags, "s=other:email; " + p)) == "pass");
  CHECK(said(one(tags, "v=DKIM2; " + p)) == "permerror: key syntax error");
  CHECK(said(one(tags, p + "; v=DKIM1")) == "permerror: key syntax error");
  CHECK(said(one(tags, p + "; k=rsa; k=rsa")) == "permerror: key syntax error");
  CHECK(said(one(tags, "v=DKIM1; k=rsa")) == "permerror: key syntax error");
  CHECK(said(one(tags, "v=DKIM1; p=MIGf!!")) == "permerror: key syntax error");
  CHECK(said(one(tags, "v=spf1 -all")) == "permerror: key syntax error");
  CHECK(said(one(tags, "h=sha1; " + p)) == "permerror: inappropriate hash algorithm");
  CHECK(said(one(tags, "p=")) == "permerror: key revoked");
  CHECK(said(one(tags, "k=ed25519; p=" + std::string(test::kRfcEd25519Public))) ==
        "permerror: inappropriate key algorithm");
  CHECK(said(one(tags, "k=dsa; " + p)) == "permerror: inappropriate key algorithm");
  CHECK(said(one(tags, "s=tlsrpt; " + p)) == "permerror: inappropriate service type");
}

TEST_CASE("t=y changes nothing but is reported", "[dkim][verify]") {
  CHECK(one(std::string(kTags), "t=y; p=" + std::string(test::kRfcRsaPublic)).testing);
  CHECK_FALSE(one(std::string(kTags), kRsa).testing);
}

TEST_CASE("t=s of the key forbids subdomains in i=", "[dkim][verify]") {
  const std::string strict = "t=s; p=" + std::string(test::kRfcRsaPublic);
  CHECK(said(one(tags_with("s=s;", "s=s; i=a@sub.example.com;"), strict)) == "permerror: subdomain not allowed by key");
  CHECK(said(one(tags_with("s=s;", "s=s; i=a@EXAMPLE.com;"), strict)) == "pass");
  CHECK(said(one(std::string(kTags), strict)) == "pass");
  CHECK(said(one(tags_with("s=s;", "s=s; i=a@sub.example.com;"), kRsa)) == "pass");
}

TEST_CASE("what RFC 6376 §6.1.1 says of signatures is kept", "[dkim][verify]") {
  CHECK(said(one(tags_with("v=1", "v=2"), kRsa)) == "permerror: incompatible version");
  CHECK(said(one(tags_with("v=1; ", ""), kRsa)) == "permerror: signature missing required tag");
  CHECK(said(one(tags_with("s=s;", "s=s; s=s;"), kRsa)) == "permerror: signature syntax error");
  CHECK(said(one(tags_with("s=s;", "s=s; i=@other.example;"), kRsa)) == "permerror: domain mismatch");
  CHECK(said(one(tags_with("s=s;", "s=s; i=@notexample.com;"), kRsa)) == "permerror: domain mismatch");
  CHECK(said(one(tags_with("from:to", "to:subject"), kRsa)) == "permerror: From field not signed");
  CHECK(said(one(tags_with("from:to", "to : FROM"), kRsa)) == "pass");
  CHECK(said(one(tags_with("s=s;", "s=s; foo=bar;"), kRsa)) == "pass");
  CHECK(said(one(tags_with("s=s;", "s=s; t=5; x=5;"), kRsa)) == "permerror: signature syntax error");
}

TEST_CASE("a signature that is only not acceptable still has its facts", "[dkim][verify]") {
  CHECK(facts(one(tags_with("from:to", "to:subject"), kRsa)) == "yes yes yes");
  CHECK(facts(one(tags_with("s=s;", "s=s; i=@other.example;"), kRsa)) == "yes yes yes");
}

TEST_CASE("what is not known is neutral, and its key is not asked for", "[dkim][verify]") {
  CHECK(said(one(tags_with("rsa-sha256", "rsa-sha512"), kRsa)) == "neutral: unknown algorithm");
  CHECK(said(one(tags_with("relaxed/relaxed", "relaxed/nowsp"), kRsa)) == "neutral: unknown canonicalization");
  CHECK(said(one(tags_with("s=s;", "s=s; q=http;"), kRsa)) == "neutral: unknown query method");
  CHECK(said(one(tags_with("s=s;", "s=s; q=http:dns/txt;"), kRsa)) == "pass");
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  (void)verified(dns, test::forge(test::rfc_message(), tags_with("rsa-sha256", "rsa-sha512"), key.get()));
  CHECK(dns.queries().empty());
}

TEST_CASE("rsa-sha1 is never accepted, though its facts are told", "[dkim][verify]") {
  const auto result = one(tags_with("rsa-sha256", "rsa-sha1"), kRsa);
  CHECK(said(result) == "permerror: historic algorithm rsa-sha1");
  CHECK(facts(result) == "yes yes yes");
}

TEST_CASE("x= counts with the clock that is passed in, and a little skew", "[dkim][verify]") {
  const std::string tags = tags_with("s=s;", "s=s; t=1699990000; x=1700000000;");
  CHECK(said(one(tags, kRsa, test::rfc_message(), 1'700'000'000)) == "pass");
  CHECK(said(one(tags, kRsa, test::rfc_message(), 1'700'000'300)) == "pass");
  const auto late = one(tags, kRsa, test::rfc_message(), 1'700'000'301);
  CHECK(said(late) == "permerror: signature expired");
  CHECK(facts(late) == "yes yes yes");
  CHECK(said(one(tags_with("s=s;", "s=s; x=9999999999999;"), kRsa)) == "pass");
}

TEST_CASE("a signature of the future is reported and counts", "[dkim][verify]") {
  const auto result = one(tags_with("s=s;", "s=s; t=1700000301;"), kRsa);
  CHECK(result.in_future);
  CHECK(said(result) == "pass");
  CHECK_FALSE(one(tags_with("s=s;", "s=s; t=1700000300;"), kRsa).in_future);
}

TEST_CASE("l= leaves what it leaves unsigned, and says how much", "[dkim][verify]") {
  // The canonical body has 54 octets.
  auto result = one(tags_with("bh=*", "l=10; bh=*"), kRsa);
  CHECK(said(result) == "pass");
  CHECK(result.body_octets == 54);
  CHECK(result.unsigned_octets == 44);
  result = one(tags_with("bh=*", "l=54; bh=*"), kRsa);
  CHECK(said(result) == "pass");
  CHECK(result.unsigned_octets == 0);
  result = one(tags_with("bh=*", "l=0; bh=*"), kRsa);
  CHECK(said(result) == "pass");
  CHECK(result.unsigned_octets == 54);
}

TEST_CASE("l= beyond the body is a permerror", "[dkim][verify]") {
  CHECK(said(one(tags_with("bh=*", "l=55; bh=*"), kRsa)) == "permerror: l= is larger than the body");
  CHECK(said(one(tags_with("bh=*", "l=" + std::string(76, '9') + "; bh=*"), kRsa)) ==
        "permerror: l= is larger than the body");
  CHECK(said(one(tags_with("bh=*", "l=" + std::string(77, '9') + "; bh=*"), kRsa)) ==
        "permerror: signature syntax error");
}

TEST_CASE("repeated fields are taken from the bottom up", "[dkim][verify]") {
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string twice = "Received: one\r\nReceived: two\r\n" + test::rfc_message();
  const std::string bytes = test::forge(twice, tags_with("from:to", "from:received"), key.get());
  CHECK(said(verified(dns, bytes)[0]) == "pass");
  std::string upper = bytes;
  upper.replace(upper.find("Received: one"), 13, "Received: 111");
  CHECK(said(verified(dns, upper)[0]) == "pass");
  std::string lower = bytes;
  lower.replace(lower.find("Received: two"), 13, "Received: 222");
  CHECK(said(verified(dns, lower)[0]) == "fail: signature did not verify");
}

TEST_CASE("a field signed more often than it is there keeps others from being added", "[dkim][verify]") {
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string once = test::forge(test::rfc_message(), std::string(kTags), key.get());
  const std::string twice = test::forge(test::rfc_message(), tags_with("from:to", "from:from:to:to"), key.get());
  CHECK(said(verified(dns, twice)[0]) == "pass");
  const std::string fake = "From: other@example.com\r\n";
  auto results = verified(dns, fake + once);
  CHECK(said(results[0]) == "pass");
  const std::string bytes = fake + once;
  CHECK(coverage(mail::Message::split(bytes), results[0]).duplicated_names == std::vector<std::string>{"from"});
  CHECK(said(verified(dns, fake + twice)[0]) == "fail: signature did not verify");
}

TEST_CASE("a signature is never covered by its own h=", "[dkim][verify]") {
  CHECK(said(one(tags_with("from:to", "from:to:dkim-signature"), kRsa)) == "pass");
  // Another signature can be.
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string first = test::forge(test::rfc_message(), std::string(kTags), key.get());
  const std::string both = test::forge(first, tags_with("from:to", "from:dkim-signature"), key.get());
  const auto results = verified(dns, both);
  CHECK(said(results[0]) == "pass");
  CHECK(said(results[1]) == "pass");
  CHECK(results[0].covered[1] == results[1].field);
}

TEST_CASE("what a signature leaves open is told", "[dkim][verify]") {
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string bytes = test::forge(test::rfc_message(), std::string(kTags), key.get());
  const auto results = verified(dns, bytes);
  const auto open = coverage(mail::Message::split(bytes), results[0]);
  CHECK(open.signed_names == std::vector<std::string>{"from", "to"});
  CHECK(open.unsigned_names == std::vector<std::string>{"date", "message-id", "subject"});
  CHECK(open.duplicated_names.empty());
}

TEST_CASE("two signatures with one key ask for it once", "[dkim][verify]") {
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string once = test::forge(test::rfc_message(), std::string(kTags), key.get());
  const auto results = verified(dns, test::forge(once, tags_with("relaxed/", "simple/"), key.get()));
  CHECK(results.size() == 2);
  CHECK(said(results[0]) == "pass");
  CHECK(said(results[1]) == "pass");
  CHECK(dns.queries().size() == 1);
}

TEST_CASE("keys are kept from one message to the next, and a changed record is another key", "[dkim][verify]") {
  const auto key = test::rfc_rsa_key();
  const std::string bytes = test::forge(test::rfc_message(), std::string(kTags), key.get());
  KeyCache keys;
  VerifyOptions options(kNow);
  options.keys = &keys;
  dns::FakeResolver dns(zone(kRsa));
  const auto first = task::sync_wait(verify(dns, mail::Message::split(bytes), options));
  const auto second = task::sync_wait(verify(dns, mail::Message::split(bytes), options));
  CHECK(first[0].key == second[0].key);
  CHECK(said(second[0]) == "pass");
  dns::FakeResolver changed(zone("v=DKIM1; p=" + std::string(test::kRsa2048)));
  const auto third = task::sync_wait(verify(changed, mail::Message::split(bytes), options));
  CHECK(said(third[0]) == "fail: signature did not verify");
}

TEST_CASE("a body may come in pieces of any size", "[dkim][verify]") {
  dns::FakeResolver dns(zone(kRsa));
  const auto key = test::rfc_rsa_key();
  const std::string bytes = test::forge(test::rfc_message(), std::string(kTags), key.get());
  const auto message = mail::Message::split(bytes);
  for (std::size_t cut = 0; cut <= message.body().size(); ++cut) {
    Verification verification(message, VerifyOptions(kNow));
    verification.body(message.body().substr(0, cut));
    verification.body(message.body().substr(cut));
    const auto results = task::sync_wait(verification.finish(dns));
    REQUIRE(said(results[0]) == "pass");
  }
}
