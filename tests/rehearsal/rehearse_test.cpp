#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/rehearsal/conclusion.hpp>
#include <envelint/rehearsal/rehearse.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/task/sync_wait.hpp>

#include <support/catch.hpp>
#include <verdict/sample.hpp>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace envelint;
using rehearsal::Outcome;
using rehearsal::Rehearsal;
using rehearsal::Result;
using rehearsal::Scene;
using Strings = std::vector<std::string>;

namespace {

constexpr std::string_view kSpf = R"(example.com. TXT "v=spf1 ip4:192.0.2.25 -all")";
constexpr std::string_view kDmarc = R"(_dmarc.example.com. TXT "v=DMARC1; p=reject")";

std::string zone_of(std::string_view spf = kSpf, std::string_view dmarc = kDmarc) {
  return fmt::format("{}\n{}\n{}", spf, dmarc, test::key_line("example.com"));
}

struct Wishes {
  std::string from = "ann@example.com";
  std::string mail_from = "ann@example.com";
  Strings clients = {};
  std::string message = {};
};

std::expected<Rehearsal, dkim::SignFault> rehearsed(std::string_view zone, const Wishes& wishes = {}) {
  static const dns::PublicSuffixList suffixes;
  dns::FakeResolver files(zone);
  const dns::Name domain = dns::Name::parse("example.com").value();
  rehearsal::Stage stage(files, dns::ZoneScope(std::vector<dns::Name>{domain}));
  rehearsal::Plan plan(domain, wishes.from, suffixes, test::kReceived);
  plan.mail_from = wishes.mail_from;
  plan.message = wishes.message;
  plan.keys.push_back({&test::verdict_key(), "s"});
  for (const std::string& client : wishes.clients) plan.clients.push_back(net::Address::parse(client).value());
  return task::sync_wait(rehearsal::rehearse(stage, std::move(plan)));
}

/// `sender 192.0.2.25 as_it_should`.
Strings rows(const Rehearsal& done) {
  Strings out;
  for (const rehearsal::Delivery& row : done.rows) {
    out.push_back(
        fmt::format("{} {} {}", to_string(row.scene), row.sender.address.to_string(), to_string(row.outcome)));
  }
  return out;
}

std::string concluded(std::string_view zone, const Wishes& wishes = {}) {
  return conclude(rehearsed(zone, wishes).value());
}

Result result(std::string_view zone, const Wishes& wishes = {}) { return result_of(rehearsed(zone, wishes).value()); }

std::string helps(std::string_view zone, const Wishes& wishes = {}) {
  std::string out;
  for (const rehearsal::Trouble& one : troubles(rehearsed(zone, wishes).value())) out += one.help;
  return out;
}

}  // namespace

TEST_CASE("a setup works whose mail passes and whose forgeries do not", "[rehearsal]") {
  const auto done = rehearsed(zone_of()).value();
  CHECK(rows(done) == Strings{"sender 192.0.2.25 as_it_should", "forwarded 203.0.113.1 as_it_should",
                              "list 203.0.113.1 told", "forgery 203.0.113.1 as_it_should"});
  CHECK(result_of(done) == Result::works);
  CHECK(conclude(done) ==
        "The setup would work: mail of example.com passes DMARC from 192.0.2.25, and forged mail is rejected.");
  CHECK(policy_in_words(done) == "p=reject at _dmarc.example.com");
  CHECK(changes(done).domains.empty());
}

TEST_CASE("what becomes of forged mail is told by the policy", "[rehearsal]") {
  const auto with = [](std::string_view tags) {
    return concluded(zone_of(kSpf, fmt::format("_dmarc.example.com. TXT \"v=DMARC1; {}\"", tags)));
  };
  CHECK(with("p=quarantine").ends_with("and forged mail is treated as suspicious."));
  CHECK(with("p=none").ends_with("forged mail fails and is delivered all the same, since the policy is `none`."));
  CHECK(with("p=reject; t=y").contains("Receivers that follow RFC 7489 differ"));
  CHECK(concluded(zone_of(kSpf, "")).ends_with("forged mail is delivered, since example.com has no DMARC policy."));
}

TEST_CASE("a key that is not the published one breaks the setup, whatever SPF says", "[rehearsal]") {
  const auto done =
      rehearsed(
          fmt::format(
              "{}\n{}\n{}", kSpf, kDmarc,
              R"(s._domainkey.example.com. TXT "v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=")"))
          .value();
  CHECK(rows(done).front() == "sender 192.0.2.25 as_it_should");
  CHECK(conclude(done) == "The setup would not work: `s._domainkey.example.com` does not hold the key at hand.");
  REQUIRE(changes(done).domains.size() == 1);
  CHECK(finding::entry(changes(done).domains.front().findings.front().code).id == "DKIM042");
}

TEST_CASE("without a DMARC policy mail needs SPF and DKIM", "[rehearsal]") {
  CHECK(result(zone_of(kSpf, "")) == Result::works);
  CHECK(result(zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 ~all")", ""), {.clients = {"192.0.2.9"}}) ==
        Result::fails);
}

TEST_CASE("a sender that SPF does not list may be refused, and the record that lists it is told", "[rehearsal]") {
  const Wishes wishes{.clients = {"192.0.2.9", "2001:db8::9", "192.0.2.25"}};
  CHECK(concluded(zone_of(), wishes) ==
        "The setup would not work: mail from 192.0.2.9 and 2001:db8::9 may be refused.");
  CHECK(helps(zone_of(), wishes).ends_with("`v=spf1 ip4:192.0.2.25 ip4:192.0.2.9 ip6:2001:db8::9 -all`"));
}

TEST_CASE("a softfail is carried by the signature, and that is told", "[rehearsal]") {
  const std::string zone = zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 ~all")");
  CHECK(result(zone, {.clients = {"192.0.2.9"}}) == Result::works);
  const auto told = remarks(rehearsed(zone, {.clients = {"192.0.2.9"}}).value());
  REQUIRE_FALSE(told.empty());
  CHECK(told.front() == "mail from 192.0.2.9 passes by its signature alone: SPF gives `softfail` for example.com");
}

TEST_CASE("a return path that strict alignment does not count is told", "[rehearsal]") {
  const std::string zone = zone_of(kSpf, R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=s")") +
                           "bounce.example.com. TXT \"v=spf1 ip4:192.0.2.77 -all\"\n";
  const auto done = rehearsed(zone, {.mail_from = "b@bounce.example.com"}).value();
  CHECK(rows(done).front() == "sender 192.0.2.77 as_it_should");
  CHECK(remarks(done).front() ==
        "mail from 192.0.2.77 passes by its signature alone: SPF passes for bounce.example.com, which is not aligned: "
        "the policy is strict, and it is not example.com itself");
}

TEST_CASE("a signature and a return path that are both not aligned lose the mail", "[rehearsal]") {
  const std::string zone = zone_of(kSpf, R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=s; adkim=s")");
  const Wishes wishes{.from = "ann@news.example.com", .mail_from = "ann@example.com"};
  const auto done = rehearsed(zone, wishes).value();
  CHECK(conclude(done) == "The setup would not work: mail from 192.0.2.25 does not pass.");
  CHECK(changes(done).domains.front().findings.size() == 2);
}

TEST_CASE("anybody's mail must not pass as the domain's", "[rehearsal]") {
  CHECK(concluded(zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 +all")")) ==
        "The setup would not work: forged mail is taken for genuine.");
  CHECK(concluded(zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 +all")", "")) ==
        "The setup would not work: forged mail is taken for genuine.");
}

TEST_CASE("an include beyond the zone leaves undecided who sends, and how to go on is told", "[rehearsal]") {
  const std::string zone = zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 include:_spf.provider.example -all")");
  CHECK(concluded(zone) ==
        "It cannot be told whether the setup would work: `include:_spf.provider.example` lies outside the zone files. "
        "Mail from 1 sender that is known passes.");
  CHECK(helps(zone).contains("--zone FILE"));
  CHECK(result(zone + "_spf.provider.example. TXT \"v=spf1 ip4:198.51.100.0/24 -all\"\n") == Result::works);
}

TEST_CASE("what is broken weighs more than what is not known", "[rehearsal]") {
  const std::string zone =
      zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 include:_spf.provider.example -all")", "") +
      ";! timeout s._domainkey.example.com.\n";
  CHECK(result(zone) == Result::undecided);
  CHECK(result(zone, {.clients = {"192.0.2.25"}}) == Result::undecided);
  const std::string all =
      zone_of(R"(example.com. TXT "v=spf1 ip4:192.0.2.25 +all")") + ";! timeout s._domainkey.example.com.\n";
  CHECK(result(all.substr(0, all.find("s._domainkey")) + ";! timeout s._domainkey.example.com.\n") == Result::fails);
}

TEST_CASE("DNS that does not answer leaves it undecided", "[rehearsal]") {
  const std::string trouble =
      std::string(kSpf) + "\n" + test::key_line("example.com") + ";! servfail _dmarc.example.com.\n";
  CHECK(result(trouble) == Result::undecided);
  CHECK(result(std::string(kDmarc) + "\n" + test::key_line("example.com") + ";! timeout example.com. TXT\n") ==
        Result::undecided);
}

TEST_CASE("a domain that lets nobody send has no mail to rehearse", "[rehearsal]") {
  CHECK(concluded(zone_of("")) == "The setup would not work: example.com has no SPF record.");
  CHECK(concluded(zone_of(R"(example.com. TXT "v=spf1 -all")")) ==
        "The setup would not work: the SPF record of example.com lists no address that may send.");
  CHECK(result(zone_of(R"(example.com. TXT "v=spf1 exists:%{i}.example.com -all")")) == Result::undecided);
}

TEST_CASE("errors of the zone and expectations that are not met count", "[rehearsal]") {
  auto done = rehearsed(zone_of()).value();
  audit::DomainReport& report = done.lint.domains.emplace_back();
  report.domain = "example.com";
  finding::Findings findings;
  findings.add(finding::Code::dns_lookup_failed, {}).message("`example.com MX` was not answered");
  report.findings = findings.items();
  CHECK(result_of(done) == Result::undecided);
  report.expectations.emplace().count = 3;
  report.expectations->not_met = 1;
  CHECK(conclude(done) == "The setup would not work: 1 of 3 expectations not met for example.com.");
  findings.add(finding::Code::mx_not_reachable, {}).message("`mail` cannot be reached");
  report.findings = findings.items();
  CHECK(conclude(done).contains("the zone has 1 error"));
}

TEST_CASE("a message of one's own is signed in place of the sample", "[rehearsal]") {
  Wishes wishes{.message = "From: ann@example.com\r\nSubject: Mine\r\n\r\nHello.\r\n"};
  const auto done = rehearsed(zone_of(), wishes).value();
  CHECK(done.rows.front().message->contains("Subject: Mine"));
  CHECK(done.rows.back().scene == Scene::forgery);
  CHECK_FALSE(done.rows.back().message->contains("DKIM-Signature"));
  wishes.message = "Subject: Nobody's\r\n\r\nHello.\r\n";
  CHECK(rehearsed(zone_of(), wishes).error() == dkim::SignFault::no_from);
}

TEST_CASE("a bounce goes by HELO", "[rehearsal]") {
  const auto done = rehearsed(zone_of(), {.mail_from = ""}).value();
  CHECK(rows(done).front() == "sender 192.0.2.25 as_it_should");
  CHECK(done.rows.front().verdict.spf->identity == spf::Identity::helo);
}
