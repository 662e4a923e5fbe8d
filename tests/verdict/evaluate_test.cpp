#include "sample.hpp"

#include <envelint/verdict/conclusion.hpp>

#include <support/catch.hpp>

#include <string>

using namespace envelint;
using verdict::DmarcStatus;
using verdict::ReverseStatus;

namespace {

const std::string kMessage = "From: Shop <a@shop.example.com>\r\nSubject: Hello\r\n\r\nHello.\r\n";

}  // namespace

TEST_CASE("a pass of HELO is not taken for one of MAIL FROM", "[verdict]") {  // CVE-2019-20790
  const auto verdict = test::evaluated(R"(
    shop.example.com.        TXT "v=spf1 ip4:192.0.2.1 -all"
    _dmarc.shop.example.com. TXT "v=DMARC1; p=reject"
    attack.example.          TXT "v=spf1 -all"
  )",
                                       kMessage, test::from("192.0.2.1", "a@attack.example", "shop.example.com"));
  CHECK(verdict.spf_helo->verdict == spf::Verdict::pass);
  CHECK(verdict.spf->verdict == spf::Verdict::fail);
  CHECK(verdict.dmarc.status == DmarcStatus::fail);
}

TEST_CASE("a bounce is judged by the name in HELO", "[verdict]") {  // RFC 7208 §2.4
  const auto verdict = test::evaluated(R"(
    mail.example.com.   TXT "v=spf1 ip4:192.0.2.1 -all"
    shop.example.com.   A 192.0.2.80
    _dmarc.example.com. TXT "v=DMARC1; p=reject"
  )",
                                       kMessage, test::from("192.0.2.1", "", "mail.example.com"));
  CHECK(verdict.spf->identity == spf::Identity::helo);
  CHECK_FALSE(verdict.spf_helo);
  CHECK(verdict.dmarc.status == DmarcStatus::pass);
}

TEST_CASE("of two DMARC records at a name none applies", "[verdict]") {
  const auto verdict = test::evaluated(R"(
    shop.example.com.        TXT "v=spf1 -all"
    _dmarc.shop.example.com. TXT "v=DMARC1; p=reject"
    _dmarc.shop.example.com. TXT "v=DMARC1; p=none"
  )",
                                       kMessage, test::from("192.0.2.1", "a@shop.example.com", "mail.example.com"));
  CHECK(verdict.dmarc.status == DmarcStatus::none);
  CHECK(verdict.of_author()->rfc7489.status == DmarcStatus::none);
}

TEST_CASE("a signature that leaves text unsigned does not make a message pass", "[verdict]") {
  dkim::SignOptions options("shop.example.com", test::kReceived);
  options.body_length = true;
  const auto message = mail::Message::split(kMessage);
  const std::string bytes = dkim::sign(message, {{&test::verdict_key(), "s"}}, options).value() + kMessage;
  const std::string zone = "_dmarc.shop.example.com. TXT \"v=DMARC1; p=reject\"\n" + test::key_line("shop.example.com");
  CHECK(test::evaluated(zone, bytes).dmarc.status == DmarcStatus::pass);
  const std::string longer = bytes + "Buy this.\r\n";
  const auto verdict = test::evaluated(zone, longer);
  CHECK(verdict.dkim.front().result == dkim::Result::pass);
  CHECK(verdict.dmarc.status == DmarcStatus::fail);
  CHECK(verdict::conclude(verdict).contains("leaves text unsigned"));
}

TEST_CASE("what DNS does not answer is neither a pass nor a fail", "[verdict]") {  // RFC 9989 §5.3.6
  const std::string sender = "a@shop.example.com";
  const auto envelope = test::from("192.0.2.1", sender, "mail.example.com");
  SECTION("the policy") {
    const auto verdict = test::evaluated(R"(
      shop.example.com. TXT "v=spf1 ip4:192.0.2.1 -all"
      ;! timeout _dmarc.shop.example.com
    )",
                                         kMessage, envelope);
    CHECK(verdict.dmarc.status == DmarcStatus::temperror);
    CHECK(verdict::conclude(verdict).contains("`_dmarc.shop.example.com TXT` was not answered"));
  }
  SECTION("the SPF record of an aligned domain") {
    const auto verdict = test::evaluated(R"(
      _dmarc.shop.example.com. TXT "v=DMARC1; p=reject"
      ;! timeout shop.example.com
    )",
                                         kMessage, envelope);
    CHECK(verdict.dmarc.status == DmarcStatus::temperror);
  }
  SECTION("which of two policies applies, which is no matter to what passes") {
    const std::string zone = "_dmarc.example.com. TXT \"v=DMARC1; p=none; np=reject\"\n;! timeout shop.example.com\n" +
                             test::key_line("example.com");
    CHECK(test::evaluated(zone, kMessage, envelope).dmarc.status == DmarcStatus::temperror);
    CHECK(test::evaluated(zone, test::signed_by("example.com", kMessage), envelope).dmarc.status == DmarcStatus::pass);
  }
  SECTION("but what passes anyway passes") {
    const std::string zone = "_dmarc.shop.example.com. TXT \"v=DMARC1; p=reject\"\n;! timeout shop.example.com\n" +
                             test::key_line("shop.example.com");
    const std::string bytes = test::signed_by("shop.example.com", kMessage);
    CHECK(test::evaluated(zone, bytes, envelope).dmarc.status == DmarcStatus::pass);
  }
}

TEST_CASE("the client's name counts where it leads back", "[verdict][iprev]") {  // RFC 8601 §3
  const auto status = [](std::string_view zone, std::string_view ip) {
    return test::evaluated(zone, kMessage, test::from(ip, "a@shop.example.com", "mail.example.com")).reverse.status;
  };
  constexpr std::string_view kPtr = "1.2.0.192.in-addr.arpa. PTR mail.example.com.\n";
  CHECK(status(std::string(kPtr) + "mail.example.com. A 192.0.2.1", "192.0.2.1") == ReverseStatus::pass);
  CHECK(status(std::string(kPtr) + "mail.example.com. A 192.0.2.1", "::ffff:192.0.2.1") == ReverseStatus::pass);
  CHECK(status(std::string(kPtr) + "mail.example.com. A 192.0.2.9", "192.0.2.1") == ReverseStatus::fail);
  CHECK(status(std::string(kPtr) + "mail.example.com. AAAA 2001:db8::1", "192.0.2.1") == ReverseStatus::fail);
  CHECK(status("mail.example.com. A 192.0.2.1", "192.0.2.1") == ReverseStatus::permerror);
  CHECK(status(";! timeout 1.2.0.192.in-addr.arpa", "192.0.2.1") == ReverseStatus::temperror);
  CHECK(status(std::string(kPtr) + ";! servfail mail.example.com", "192.0.2.1") == ReverseStatus::temperror);
}

TEST_CASE("the verdict is the same in whatever pieces the body comes", "[verdict]") {
  const std::string zone = "_dmarc.shop.example.com. TXT \"v=DMARC1; p=reject\"\n" + test::key_line("shop.example.com");
  const std::string bytes = test::signed_by("shop.example.com", kMessage);
  const auto message = mail::Message::split(bytes);
  const dns::PublicSuffixList suffixes;
  for (std::size_t piece = 1; piece <= message.body().size(); ++piece) {
    dns::FakeResolver dns(zone);
    verdict::Evaluation evaluation(message, {}, verdict::EvaluationOptions(suffixes, test::kReceived));
    for (std::string_view rest = message.body(); !rest.empty(); rest.remove_prefix(std::min(piece, rest.size()))) {
      evaluation.body(rest.substr(0, piece));
    }
    CHECK(task::sync_wait(evaluation.finish(dns)).dmarc.status == DmarcStatus::pass);
  }
}

TEST_CASE("no question is asked about subdomains, and none twice of one name", "[verdict]") {
  dns::FakeResolver dns(R"(
    shop.example.com.   TXT "v=spf1 ip4:192.0.2.1 -all"
    _dmarc.example.com. TXT "v=DMARC1; p=reject"
  )");
  const dns::PublicSuffixList suffixes;
  const auto message = mail::Message::split(kMessage);
  const auto envelope = test::from("192.0.2.1", "a@shop.example.com", "shop.example.com");
  const auto options = verdict::EvaluationOptions(suffixes, test::kReceived);
  CHECK(task::sync_wait(verdict::evaluate(dns, message, envelope, options)).dmarc.status == DmarcStatus::pass);
  std::vector<dns::Query> policies;
  for (const dns::Query& query : dns.queries()) {
    if (query.name.to_lower().starts_with("_dmarc.")) policies.push_back(query);
  }
  CHECK(policies.size() == 3);  // _dmarc.shop.example.com, _dmarc.example.com, _dmarc.com
}

TEST_CASE("without a client the verdict is said to be by DKIM alone", "[verdict]") {
  const auto verdict = test::evaluated("_dmarc.shop.example.com. TXT \"v=DMARC1; p=reject\"", kMessage);
  CHECK(verdict::conclude(verdict) ==
        "DMARC fails by DKIM alone: the message has no DKIM signature. SPF was not checked, since the client is not "
        "known.");
  CHECK(verdict::consequence(verdict).starts_with("Unless SPF passes, shop.example.com asks receivers to reject it"));
}

TEST_CASE("a name in HELO that is none speaks for nobody", "[verdict]") {
  const auto verdict = test::evaluated("_dmarc.shop.example.com. TXT \"v=DMARC1; p=reject\"", kMessage,
                                       test::from("192.0.2.1", "", "\x1b[31mx"));
  CHECK(verdict.identifiers.empty());
  CHECK(verdict.spf->verdict == spf::Verdict::none);
  CHECK(verdict.dmarc.status == DmarcStatus::fail);
}
