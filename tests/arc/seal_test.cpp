#include <envelint/arc/seal.hpp>

#include <dkim/mails.hpp>
#include <support/catch.hpp>

#include <envelint/dkim/digest.hpp>
#include <envelint/dkim/key_judgement.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using arc::ChainFault;
using arc::ChainResult;
using arc::ChainStatus;
using arc::SealFault;
using Kind = arc::SealFault::Kind;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

const dkim::PrivateKey& rsa() {
  static const dkim::PrivateKey key = dkim::PrivateKey::read(test::kRfcRsaPrivate).value();
  return key;
}

const dkim::PrivateKey& ed25519() {
  static const dkim::PrivateKey key = dkim::PrivateKey::generate_ed25519().value();
  return key;
}

std::string zone() {
  std::string out = "r._domainkey.football.example.com. TXT \"" + test::rsa_record() + "\"\n";
  for (const std::string domain : {"one.example", "two.example", "three.example"}) {
    out += fmt::format("r._domainkey.{}. TXT \"{}\"\n", domain, test::rsa_record());
    out += fmt::format("e._domainkey.{}. TXT \"v=DKIM1; k=ed25519; p={}\"\n", domain, ed25519().public_key().encoded());
  }
  return out;
}

ChainResult validated(const std::string& bytes) {
  dns::FakeResolver dns(zone());
  return task::sync_wait(arc::validate(dns, mail::Message::split(bytes), dkim::VerifyOptions(kNow)));
}

std::expected<std::string, SealFault> set_for(const std::string& bytes, const std::string& domain,
                                              const dkim::SigningKey& key = {&rsa(), "r"}) {
  return arc::seal(mail::Message::split(bytes), validated(bytes), domain + "; none", key,
                   dkim::SignOptions(domain, kNow));
}

/// The message as a handler passes it on.
std::string sealed(const std::string& bytes, const std::string& domain) {
  const auto set = set_for(bytes, domain);
  REQUIRE(set);
  return *set + bytes;
}

SealFault fault(const std::string& bytes) {
  const auto set = set_for(bytes, "one.example");
  REQUIRE_FALSE(set);
  return set.error();
}

SealFault fault_of_results(std::string_view results) {
  const std::string bytes = test::rfc_message();
  const auto set = arc::seal(mail::Message::split(bytes), ChainResult(), results, {&rsa(), "r"},
                             dkim::SignOptions("one.example", kNow));
  REQUIRE_FALSE(set);
  return set.error();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("what is sealed validates, over several handlers", "[arc][seal]") {
  std::string bytes = test::rfc_message();
  unsigned hops = 0;
  for (const std::string domain : {"one.example", "two.example", "three.example", "one.example"}) {
    bytes = sealed(bytes, domain);
    const ChainResult result = validated(bytes);
    CAPTURE(result.detail);
    CHECK(result.status == ChainStatus::pass);
    CHECK(result.chain.sets.size() == ++hops);
    CHECK(result.oldest_pass == 0);
  }
}

TEST_CASE("a set has its three fields, folded at 78 columns", "[arc][seal]") {
  const auto set = set_for(test::rfc_message(), "one.example");
  REQUIRE(set);
  CHECK(set->starts_with("ARC-Seal: i=1; a=rsa-sha256; t=1700000000; cv=none; d=one.example; s=r; b="));
  CHECK(
      set->contains("\r\nARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed; d=one.example;\r\n"
                    " s=r; t=1700000000; h=from:from:to:to:cc:subject:subject:date:date:reply-to:\r\n"));
  CHECK(set->ends_with("\r\nARC-Authentication-Results: i=1; one.example; none\r\n"));
  CHECK(set_for(test::rfc_message(), "one.example") == set);
  for (std::size_t at = 0; at < set->size();) {
    const std::size_t end = set->find("\r\n", at);
    CHECK(end - at <= 78);
    at = end + 2;
  }
}

TEST_CASE("a handler may change the message, and the chain passes from it on", "[arc][seal]") {
  const std::string first = sealed(test::rfc_message(), "one.example");
  const std::string changed = replaced(first, "Are you hungry yet?", "Are you hungry yet?\r\n-- \r\nthe list");
  CHECK(validated(changed).fault == ChainFault::message_signature);

  // The list validates what it gets, changes it, and seals what it sends.
  const auto set = arc::seal(mail::Message::split(changed), validated(first), "two.example; arc=pass", {&rsa(), "r"},
                             dkim::SignOptions("two.example", kNow));
  REQUIRE(set);
  const ChainResult result = validated(*set + changed);
  CAPTURE(result.detail);
  CHECK(result.status == ChainStatus::pass);
  CHECK(result.oldest_pass == 2);
  CHECK(result.message_signatures[0].result == dkim::Result::fail);
}

TEST_CASE("a chain that fails is sealed as failed, once", "[arc][seal]") {
  const std::string first = sealed(test::rfc_message(), "one.example");
  const std::string changed = replaced(first, "hungry", "thirsty");
  const auto set = set_for(changed, "two.example");
  REQUIRE(set);
  CHECK(set->starts_with("ARC-Seal: i=2; a=rsa-sha256; t=1700000000; cv=fail; d=two.example;"));
  const ChainResult result = validated(*set + changed);
  CHECK(result.status == ChainStatus::fail);
  CHECK(result.fault == ChainFault::failed_before);
  CHECK(fault(*set + changed) == SealFault{Kind::failed_before});
}

TEST_CASE("a seal of a failed chain covers its own set alone", "[arc][seal]") {
  const std::string changed = replaced(sealed(test::rfc_message(), "one.example"), "hungry", "thirsty");
  const auto set = set_for(changed, "two.example");
  REQUIRE(set);
  // The set by itself, as if it were the only one (§5.1.2).
  const std::string alone = *set + "\r\n";
  const auto message = mail::Message::split(alone);
  std::vector<arc::ArcSet> sets(1);
  sets[0] = {2, 1, 0, dkim::parse_signature(message.value(message.fields()[0]), dkim::SignatureField::arc_seal)};
  const auto digest = dkim::digest_of(dkim::HashAlgorithm::sha256, arc::sealed_header(message, sets, 0));
  const auto& seal = sets[0].seal;
  REQUIRE(seal.valid());
  dkim::KeyCache* none = nullptr;
  const dns::Answer answer = [&] {
    dns::FakeResolver dns(zone());
    return task::sync_wait(dns.query(dns::Query(*seal.key_name(), dns::Type::txt)));
  }();
  const auto key = dkim::judge_key(seal, answer, none);
  REQUIRE(key.ok == true);
  CHECK(key.key->key->verify(dkim::HashAlgorithm::sha256, digest, seal.signature()));
}

TEST_CASE("a chain whose structure is at fault gets the next instance and cv=fail", "[arc][seal]") {
  const std::string second = sealed(sealed(test::rfc_message(), "one.example"), "two.example");
  const auto sealed_as = [](const std::string& bytes) {
    const auto set = set_for(bytes, "three.example");
    REQUIRE(set);
    return set->substr(0, set->find(" t="));
  };
  CHECK(sealed_as(replaced(second, "ARC-Seal: i=1;", "X-Seal: i=1;")) == "ARC-Seal: i=3; a=rsa-sha256;");
  CHECK(sealed_as(replaced(second, "ARC-Seal: i=1;", "ARC-Seal: i=7;")) == "ARC-Seal: i=8; a=rsa-sha256;");
  CHECK(sealed_as("ARC-Authentication-Results: i=2; x; none\r\n" + second) == "ARC-Seal: i=3; a=rsa-sha256;");
  CHECK(sealed_as("ARC-Authentication-Results: nothing\r\n" + second) == "ARC-Seal: i=3; a=rsa-sha256;");
  CHECK(sealed_as("ARC-Seal: nothing\r\n" + test::rfc_message()) == "ARC-Seal: i=1; a=rsa-sha256;");
  for (const std::string odd : {"ARC-Seal: nothing\r\n", "ARC-Authentication-Results: i=2; x; none\r\n"}) {
    const auto set = set_for(odd + second, "three.example");
    REQUIRE(set);
    CHECK(set->contains("cv=fail;"));
  }
}

TEST_CASE("a seal that says cv=fail ends the chain, whatever else is at fault", "[arc][seal]") {
  const std::string first = sealed(test::rfc_message(), "one.example");
  const std::string failed = replaced(first, "cv=none", "cv=fail");
  CHECK(fault(failed) == SealFault{Kind::failed_before});
  CHECK(fault("ARC-Seal: nothing\r\n" + failed) == SealFault{Kind::failed_before});
  CHECK(fault("ARC-Seal: i=1; cv=none\r\n" + failed) == SealFault{Kind::failed_before});
}

TEST_CASE("a verdict on another message does not make a chain pass", "[arc][seal]") {
  const std::string first = sealed(test::rfc_message(), "one.example");
  const std::string second = sealed(first, "two.example");
  for (const ChainResult& other : {validated(test::rfc_message()), validated(first)}) {
    const auto set = arc::seal(mail::Message::split(second), other, "x; none", {&rsa(), "r"},
                               dkim::SignOptions("three.example", kNow));
    REQUIRE(set);
    CHECK(set->contains("cv=fail;"));
    CHECK(arc::seal_status(mail::Message::split(second), other) == ChainStatus::fail);
  }
  CHECK(arc::seal_status(mail::Message::split(second), validated(second)) == ChainStatus::pass);
  CHECK(arc::seal_status(mail::Message::split(test::rfc_message()), validated(first)) == ChainStatus::none);
}

TEST_CASE("there are at most 50 sets", "[arc][seal]") {
  std::string bytes = test::rfc_message();
  for (unsigned i = 0; i < dkim::kMaxInstance; ++i) {
    // Nothing below the newest set decides about what is signed, so a validation for each is spared.
    ChainResult chain;
    chain.chain = arc::collect_chain(mail::Message::split(bytes));
    chain.status = i == 0 ? ChainStatus::none : ChainStatus::pass;
    const auto set = arc::seal(mail::Message::split(bytes), chain, "one.example; none", {&rsa(), "r"},
                               dkim::SignOptions("one.example", kNow));
    REQUIRE(set);
    bytes = *set + bytes;
  }
  CHECK(validated(bytes).status == ChainStatus::pass);
  CHECK(fault(bytes) == SealFault{Kind::full});
  CHECK(fault("ARC-Seal: i=50; cv=pass\r\n" + test::rfc_message()) == SealFault{Kind::full});
}

TEST_CASE("fields of ARC that are too large are not sealed", "[arc][seal]") {
  const std::string large = "ARC-Seal: i=1; " + std::string(arc::kMaxChainOctets, 'x') + "\r\n" + test::rfc_message();
  CHECK(fault(large) == SealFault{Kind::too_large});
}

TEST_CASE("a message signature covers DKIM-Signature, and nothing of ARC or of results", "[arc][seal]") {
  const std::string plain = "Authentication-Results: one.example; none\r\n" + test::rfc_message();
  const auto field =
      dkim::sign(mail::Message::split(plain), {{&rsa(), "r"}}, dkim::SignOptions("football.example.com", kNow));
  REQUIRE(field);
  const std::string bytes = sealed(sealed(*field + plain, "one.example"), "two.example");
  const ChainResult result = validated(bytes);
  CHECK(result.status == ChainStatus::pass);
  const dkim::Signature& newest = result.message_signatures.back().signature;
  CHECK(newest.covers("dkim-signature"));
  CHECK_FALSE(newest.covers("arc-seal"));
  CHECK_FALSE(newest.covers("authentication-results"));
  CHECK(validated(replaced(bytes, "a=rsa-sha256; c=relaxed/relaxed; d=football",
                           "a=rsa-sha256; c=relaxed/simple; d=football"))
            .fault == ChainFault::message_signature);
  // Who comes next may sign as well, and take the results away.
  CHECK(validated("DKIM-Signature: v=1\r\n" +
                  replaced(bytes, "Authentication-Results: one.example; none\r\nFrom", "From"))
            .status == ChainStatus::pass);
}

TEST_CASE("fields of ARC and of results cannot be asked to be signed", "[arc][seal]") {
  const std::string bytes = test::rfc_message();
  for (const std::string name : {"ARC-Seal", "arc-message-signature", "Authentication-Results", "a b"}) {
    dkim::SignOptions options("one.example", kNow);
    options.fields = {name};
    const auto set = arc::seal(mail::Message::split(bytes), ChainResult(), "x; none", {&rsa(), "r"}, options);
    REQUIRE_FALSE(set);
    CHECK(set.error() == SealFault{Kind::not_signed, dkim::SignFault::bad_field_name});
  }
}

TEST_CASE("what DKIM does not sign is not sealed", "[arc][seal]") {
  const auto signing = [](dkim::SignFault why) { return SealFault{Kind::not_signed, why}; };
  CHECK(fault("To: x\r\n\r\n") == signing(dkim::SignFault::no_from));
  CHECK(fault("From: x\r\nFrom: y\r\n\r\n") == signing(dkim::SignFault::several_from));
  CHECK(fault("From: x\r\n") == signing(dkim::SignFault::no_header_end));
  CHECK(fault(" a\r\nFrom: x\r\n\r\n") == signing(dkim::SignFault::no_first_field));
  const auto set = set_for(test::rfc_message(), "one");
  REQUIRE_FALSE(set);
  CHECK(set.error() == signing(dkim::SignFault::bad_domain));
}

TEST_CASE("Ed25519 seals as well", "[arc][seal]") {
  const auto set = set_for(test::rfc_message(), "one.example", {&ed25519(), "e"});
  REQUIRE(set);
  CHECK(set->starts_with("ARC-Seal: i=1; a=ed25519-sha256;"));
  CHECK(validated(*set + test::rfc_message()).status == ChainStatus::pass);
}

TEST_CASE("simple canonicalization of header and body validates, and the seal stays relaxed", "[arc][seal]") {
  const std::string bytes = test::rfc_message();
  dkim::SignOptions options("one.example", kNow);
  options.header = options.body = dkim::Canonicalization::simple;
  const auto set = arc::seal(mail::Message::split(bytes), ChainResult(), "x; none", {&rsa(), "r"}, options);
  REQUIRE(set);
  CHECK(validated(*set + bytes).status == ChainStatus::pass);
}

TEST_CASE("a set is the same however its body is cut", "[arc][seal]") {
  const std::string bytes = test::rfc_message();
  const auto message = mail::Message::split(bytes);
  const auto whole = set_for(bytes, "one.example");
  for (const std::size_t size : {1U, 2U, 7U}) {
    arc::Sealing sealing(message, dkim::SignOptions("one.example", kNow));
    for (std::size_t at = 0; at < message.body().size(); at += size) sealing.body(message.body().substr(at, size));
    CHECK(sealing.finish(ChainResult(), "one.example; none", {&rsa(), "r"}) == whole);
  }
}

TEST_CASE("results are taken as they stand in a field, folds and all", "[arc][seal]") {
  const std::string bytes = test::rfc_message();
  const auto set = arc::seal(mail::Message::split(bytes), ChainResult(),
                             " mx.example.com;\r\n\tspf=pass (\xD0\xB4\xD0\xB0) smtp.mailfrom=\"a  b\";\r\n dkim=fail "
                             "header.d=football.example.com\r\n ",
                             {&rsa(), "r"}, dkim::SignOptions("one.example", kNow));
  REQUIRE(set);
  CHECK(
      set->ends_with("\r\nARC-Authentication-Results: i=1; mx.example.com; spf=pass (\xD0\xB4\xD0\xB0)\r\n"
                     " smtp.mailfrom=\"a  b\"; dkim=fail header.d=football.example.com\r\n"));
  CHECK(validated(*set + bytes).status == ChainStatus::pass);
}

TEST_CASE("results that would end the field, or hide in it, are not sealed", "[arc][seal][hostile]") {
  for (const std::string_view results :
       {std::string_view(""), std::string_view("\r\n "), std::string_view("x; none\r\nX-Injected: yes"),
        std::string_view("x; none\nX-Injected: yes"), std::string_view("x; none\rb"), std::string_view("x\0; none", 8),
        std::string_view("x; none\r\n\r\nbody"), std::string_view("x; a=b (\x1B[31m)"), std::string_view("x; \xFF"),
        std::string_view("x; \xE2\x80\xAE"), std::string_view("x; none\r\n")}) {
    CAPTURE(results);
    CHECK(fault_of_results(results) == SealFault{Kind::bad_results});
  }
  CHECK(fault_of_results("x; a=b " + std::string(1000, 'x')) == SealFault{Kind::bad_results});
  CHECK(fault_of_results("x; " + std::string(arc::kMaxSealedResults, ' ') + "none") == SealFault{Kind::bad_results});
}

TEST_CASE("every fault has its words", "[arc][seal]") {
  for (const auto kind : {Kind::failed_before, Kind::full, Kind::too_large, Kind::bad_results}) {
    CHECK_FALSE(to_string(SealFault{kind}).empty());
  }
  CHECK(to_string(SealFault{Kind::not_signed, dkim::SignFault::no_from}) == "the message has no From field");
}
