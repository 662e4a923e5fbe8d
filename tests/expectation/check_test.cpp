#include <support/catch.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/expectation/check.hpp>
#include <envelint/expectation/report.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace envelint;
using namespace envelint::expectation;

namespace {

Expectations read(std::string_view lines, std::string_view name = "example.com") {
  auto out = read_expectations("envelint.toml", "[domains.\"" + std::string(name) + "\"]\n" + std::string(lines));
  if (!out) FAIL(out.error().front().message);
  return *std::move(out);
}

std::vector<Unmet> check_in(std::string_view zone, std::string_view lines, std::string_view name = "example.com") {
  dns::FakeResolver dns(zone);
  const dns::PublicSuffixList suffixes;
  return task::sync_wait(check(dns, read(lines, name).names.front(), suffixes));
}

bool met(std::string_view zone, std::string_view lines, std::string_view name = "example.com") {
  return check_in(zone, lines, name).empty();
}

/// The one finding.
finding::Finding not_met(std::string_view zone, std::string_view lines, std::string_view name = "example.com") {
  std::vector<Unmet> unmet = check_in(zone, lines, name);
  REQUIRE(unmet.size() == 1);
  CHECK_FALSE(unmet.front().undecided);
  REQUIRE(unmet.front().finding);
  CHECK(unmet.front().finding->code == finding::Code::x_expectation_not_met);
  CHECK(unmet.front().finding->owner == name);
  return *std::move(unmet.front().finding);
}

/// "EXPECTED: QUESTION: REASON" of the one expectation that is open.
std::string open(std::string_view zone, std::string_view lines, std::string_view name = "example.com") {
  const std::vector<Unmet> unmet = check_in(zone, lines, name);
  REQUIRE(unmet.size() == 1);
  CHECK_FALSE(unmet.front().finding);
  REQUIRE(unmet.front().undecided);
  return unmet.front().expected + ": " + unmet.front().undecided->question + ": " + unmet.front().undecided->reason;
}

}  // namespace

TEST_CASE("a sender passes where SPF does for an aligned domain", "[expectation]") {
  constexpr std::string_view kZone = R"(
    example.com.       TXT "v=spf1 ip4:192.0.2.10 ip6:2001:db8::/32 ~all"
    mail.example.com.  TXT "v=spf1 ip4:192.0.2.20 -all"
    mx.example.com.    TXT "v=spf1 ip4:192.0.2.30 -all"
  )";
  CHECK(met(kZone, R"(pass = ["192.0.2.10", "::ffff:192.0.2.10", "2001:db8::1"])"));
  CHECK(met(kZone, R"(fail = ["192.0.2.20", "203.0.113.66"])"));
  CHECK(met(kZone, R"(pass = [{ ip = "192.0.2.30", mail_from = "", helo = "mx.example.com" }])"));
  CHECK(met(kZone, R"(pass = [{ ip = "192.0.2.20", mail_from = "bounce@mail.example.com" }])"));
}

TEST_CASE("a sender that does not pass is told with what matched and the term to add", "[expectation]") {
  const auto finding = not_met(R"(example.com. TXT "v=spf1 mx ~all")", R"(pass = ["192.0.2.10"])");
  CHECK(finding.message == "`192.0.2.10` does not pass SPF for example.com: softfail, `~all` matched");
  CHECK(finding.help == "add `ip4:192.0.2.10` to the SPF record of example.com, before `~all`");
  CHECK(finding.place->span.start == 32);
}

TEST_CASE("the help for a sender that does not pass names the record that decides", "[expectation]") {
  const auto [zone, message, help] = GENERATE(table<std::string, std::string, std::string>({
      {R"(
          example.com. TXT "v=spf1 redirect=_spf.example.com"
          _spf.example.com. TXT "v=spf1 -all")",
       "`2001:db8::1` does not pass SPF for example.com: fail, `-all` matched in the record of `_spf.example.com`",
       "add `ip6:2001:db8::1` to the SPF record of _spf.example.com, before `-all`"},
      {R"(example.com. TXT "v=spf1 ip4:192.0.2.1")",
       "`2001:db8::1` does not pass SPF for example.com: neutral, no term of example.com matches 2001:db8::1",
       "add `ip6:2001:db8::1` to the SPF record of example.com"},
      {R"(example.com. A 192.0.2.1)",
       "`2001:db8::1` does not pass SPF for example.com: none, example.com has no SPF record",
       "publish `example.com. TXT \"v=spf1 ip6:2001:db8::1 ~all\"`, with a term for each other sender"},
      {R"(example.com. TXT "v=spf1 ipv4:192.0.2.1 -all")",
       "`2001:db8::1` does not pass SPF for example.com: permerror, the record of example.com has a syntax error at `ipv4:192.0.2.1`",
       "mend the SPF record of example.com first: no sender behind the mistake can pass"},
  }));
  const auto finding = not_met(zone, R"(pass = ["2001:db8::1"])");
  CHECK(finding.message == message);
  CHECK(finding.help == help);
}

TEST_CASE("a sender that passes for a domain that is not aligned does not pass", "[expectation]") {
  constexpr std::string_view kZone = R"(
    _dmarc.example.com.  TXT "v=DMARC1; p=reject"
    bounces.example.net. TXT "v=spf1 ip4:192.0.2.10 -all"
  )";
  constexpr std::string_view kSender = R"([{ ip = "192.0.2.10", mail_from = "b@bounces.example.net" }])";
  const auto finding = not_met(kZone, "pass = " + std::string(kSender));
  CHECK(
      finding.message ==
      "`192.0.2.10` with MAIL FROM `b@bounces.example.net` passes SPF for bounces.example.net, which is not aligned with "
      "example.com");
  CHECK(finding.help == "have it send with a MAIL FROM address in example.com or below it");
  CHECK(met(kZone, "fail = " + std::string(kSender)));
}

TEST_CASE("strict alignment wants the same domain", "[expectation]") {
  constexpr std::string_view kZone = R"(
    example.com.        TXT "v=spf1 ip4:192.0.2.10 -all"
    _dmarc.example.com. TXT "v=DMARC1; p=reject; aspf=s"
    mail.example.com.   TXT "v=spf1 ip4:192.0.2.10 -all"
  )";
  constexpr std::string_view kSender = R"([{ ip = "192.0.2.10", mail_from = "b@mail.example.com" }])";
  CHECK(met(kZone, R"(pass = ["192.0.2.10"])"));
  CHECK(met(kZone, "fail = " + std::string(kSender)));
  const auto finding = not_met(kZone, "pass = " + std::string(kSender));
  CHECK(finding.note == "`aspf=s` of the record at `_dmarc.example.com` wants the same domain (RFC 9989 §4.4)");
  CHECK(finding.help == "write `aspf=r` there, or have it send with a MAIL FROM address in example.com");
}

TEST_CASE("without DMARC records the Public Suffix List says what belongs together", "[expectation]") {
  constexpr std::string_view kZone = R"(
    mail.example.com. TXT "v=spf1 ip4:192.0.2.10 -all"
    example.net.      TXT "v=spf1 ip4:192.0.2.10 -all"
  )";
  CHECK(met(kZone, R"(pass = [{ ip = "192.0.2.10", mail_from = "b@mail.example.com" }])"));
  CHECK(met(kZone, R"(fail = [{ ip = "192.0.2.10", mail_from = "b@example.net" }])"));
}

TEST_CASE("a sender that must fail and passes is told with the term that lets it", "[expectation]") {
  const auto own = not_met(R"(example.com. TXT "v=spf1 ip4:203.0.113.0/24 -all")", R"(fail = ["203.0.113.66"])");
  CHECK(own.message == "`203.0.113.66` passes SPF for example.com: pass, `ip4:203.0.113.0/24` matched");
  CHECK(own.help ==
        "remove `ip4:203.0.113.0/24` from the SPF record of example.com, or put `-ip4:203.0.113.66` before it");
  const auto included = not_met(R"(
    example.com.      TXT "v=spf1 include:_spf.example.net -all"
    _spf.example.net. TXT "v=spf1 ip4:203.0.113.0/24 -all"
  )",
                                R"(fail = ["203.0.113.66"])");
  CHECK(
      included.help ==
      "have `ip4:203.0.113.0/24` removed from the SPF record of _spf.example.net, or remove the term that leads there "
      "from that of example.com");
}

TEST_CASE("a policy is the one that receivers of both generations apply", "[expectation]") {
  constexpr std::string_view kZone = R"(
    _dmarc.example.com. TXT "v=DMARC1; p=reject; sp=quarantine; np=reject"
    www.example.com.    A   192.0.2.1
  )";
  CHECK(met(kZone, "policy = \"reject\""));
  CHECK(met(kZone, "policy = \"quarantine\"", "www.example.com"));
  CHECK(met(kZone, "policy = \"reject\"\npolicy_rfc7489 = \"quarantine\"", "gone.example.com"));
  const auto finding = not_met(kZone, "policy = \"reject\"", "gone.example.com");
  CHECK(finding.message ==
        "receivers of RFC 7489 apply `quarantine` to mail from gone.example.com; `reject` is expected");
  CHECK(finding.note == "it is `sp=quarantine` of the record at `_dmarc.example.com`");
  CHECK(finding.help == "write `sp=reject` in it");
}

TEST_CASE("a policy that differs is told with the tag to write", "[expectation]") {
  const auto [zone, name, message, help] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {R"(_dmarc.example.com. TXT "v=DMARC1; p=none")", "example.com",
       "receivers apply `none` to mail from example.com; `reject` is expected", "write `p=reject` in it"},
      {R"(
          _dmarc.example.com. TXT "v=DMARC1; p=none"
          www.example.com.    A   192.0.2.1)",
       "www.example.com", "receivers apply `none` to mail from www.example.com; `reject` is expected",
       "write `sp=reject` in it"},
      {R"(example.com. A 192.0.2.1)", "example.com",
       "receivers apply no DMARC policy to mail from example.com; `reject` is expected",
       "publish `_dmarc.example.com. TXT \"v=DMARC1; p=reject\"`"},
      {R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; t=y")", "example.com",
       "receivers of RFC 9989 apply `quarantine (reject, t=y)` to mail from example.com; `reject` is expected",
       "remove `t=y` there: the policy is applied one level lower while it stands (RFC 9989 §4.7)"},
      {R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=50")", "example.com",
       "receivers of RFC 7489 apply `reject for 50 %` to mail from example.com; `reject` is expected",
       "remove `pct=50` there: for the rest of the mail the next lower policy applies (RFC 7489 §6.6.4)"},
      {R"(
          _dmarc.example.com. TXT "v=DMARC1; p=reject"
          _dmarc.example.com. TXT "v=DMARC1; p=none")",
       "example.com", "receivers apply no DMARC policy to mail from example.com; `reject` is expected",
       "remove all but one of them"},
      {R"(_dmarc.example.com. TXT "v=DMARC1; p=rejekt")", "example.com",
       "receivers apply no DMARC policy to mail from example.com; `reject` is expected", "write `p=reject` in it"},
  }));
  CAPTURE(zone);
  const auto finding = not_met(zone, "policy = \"reject\"", name);
  CHECK(finding.message == message);
  CHECK(finding.help == help);
}

TEST_CASE("a share of the mail is not all of it", "[expectation]") {
  constexpr std::string_view kZone = R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; pct=50")";
  CHECK(met(kZone, "policy = \"reject\"\npolicy_rfc7489 = \"quarantine\""));
  CHECK_FALSE(met(kZone, "policy = \"reject\"\npolicy_rfc7489 = \"reject\""));
}

TEST_CASE("lookups are counted as lint counts them", "[expectation]") {
  constexpr std::string_view kZone = R"(
    example.com.      TXT "v=spf1 mx include:_spf.example.com -all"
    example.com.      MX  10 mail.example.com.
    mail.example.com. A   192.0.2.1
    _spf.example.com. TXT "v=spf1 a:mail.example.com ~all"
  )";
  CHECK(met(kZone, "max_lookups = 3"));
  CHECK(met("example.com. A 192.0.2.1", "max_lookups = 0"));
  const auto finding = not_met(kZone, "max_lookups = 2");
  CHECK(finding.message == "evaluating the SPF record of example.com takes 3 DNS lookups; at most 2 are expected");
  CHECK(finding.help == "remove what is no longer used; what costs most: `include:_spf.example.com` (2), `mx` (1)");
  CHECK(not_met("example.com. TXT \"v=spf1 -all\"\nexample.com. TXT \"v=spf1 mx -all\"", "max_lookups = 9").message ==
        "example.com has 2 SPF records, so that no number of lookups can be expected of one");
}

TEST_CASE("a selector has one key that receivers can use", "[expectation]") {
  const auto [zone, message] = GENERATE(table<std::string, std::string>({
      {"example.com. A 192.0.2.1", "there is no DKIM key at `s1._domainkey.example.com`"},
      {"s1._domainkey.example.com. TXT \"v=DKIM1; p=\"", "a revoked DKIM key stands at `s1._domainkey.example.com`"},
      {"s1._domainkey.example.com. TXT \"v=DKIM1; p=AAAA\"",
       "a DKIM key that cannot be used (its key cannot be read) stands at `s1._domainkey.example.com`"},
      {"s1._domainkey.example.com. TXT \"v=DKIM1; p=\"\ns1._domainkey.example.com. TXT \"x\"",
       "2 TXT records stand at `s1._domainkey.example.com`"},
      {"s1._domainkey.example.com. TXT \"v=DKIM2; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"",
       "a DKIM key that receivers cannot use stands at `s1._domainkey.example.com`"},
  }));
  CHECK(not_met(zone, "selectors = [\"s1\"]").message == message);
  CHECK(met("s1._domainkey.example.com. TXT \"v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=\"",
            "selectors = [\"s1\"]"));
}

TEST_CASE("what DNS does not answer is neither met nor not met", "[expectation][hazard]") {
  CHECK(open(";! timeout example.com TXT", R"(pass = ["192.0.2.10"])") ==
        "`192.0.2.10` passes SPF for example.com: example.com TXT: timeout");
  CHECK(open(";! timeout example.com TXT", R"(fail = ["192.0.2.10"])") ==
        "`192.0.2.10` does not pass SPF for example.com: example.com TXT: timeout");
  CHECK(open("example.com. TXT \"v=spf1 a:gone.example -all\"\n;! servfail gone.example", R"(pass = ["192.0.2.10"])") ==
        "`192.0.2.10` passes SPF for example.com: gone.example A: servfail");
  CHECK(open(";! refused _dmarc.example.com", "policy = \"none\"") ==
        "receivers apply `none` to mail from example.com: _dmarc.example.com TXT: refused");
  CHECK(open(";! bogus s1._domainkey.example.com", "selectors = [\"s1\"]") ==
        "a usable DKIM key stands at selector `s1` of example.com: s1._domainkey.example.com TXT: bogus");
  CHECK(open(";! timeout example.com TXT", "max_lookups = 3") ==
        "the SPF record of example.com takes at most 3 lookups: example.com TXT: timeout");
  CHECK(open("example.com. TXT \"v=spf1 include:_spf.example.net -all\"\n;! timeout _spf.example.net",
             "max_lookups = 3") ==
        "the SPF record of example.com takes at most 3 lookups: _spf.example.net TXT: timeout");
}

TEST_CASE("what decides in spite of trouble decides", "[expectation]") {
  constexpr std::string_view kZone = R"(
    example.com. TXT "v=spf1 ip4:192.0.2.10 include:_spf.example.net mx -all"
    example.com. MX  10 mail.example.com.
    ;! timeout _spf.example.net
  )";
  CHECK(met(kZone, R"(pass = ["192.0.2.10"])"));
  CHECK_FALSE(not_met(kZone, "max_lookups = 1").message.empty());
  // One name has the sender aligned with whatever policy there is.
  CHECK(met("example.com. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n;! timeout _dmarc.example.com",
            R"(pass = ["192.0.2.10"])"));
}

TEST_CASE("alignment that is not known leaves a sender open", "[expectation][hazard]") {
  constexpr std::string_view kSpf = "mail.example.com. TXT \"v=spf1 ip4:192.0.2.10 -all\"\n";
  constexpr std::string_view kSender = R"([{ ip = "192.0.2.10", mail_from = "b@mail.example.com" }])";
  for (const std::string key : {"pass = ", "fail = "}) {
    CHECK(open(std::string(kSpf) + ";! timeout _dmarc.example.com", key + std::string(kSender))
              .ends_with("_dmarc.example.com TXT: timeout"));
  }
}

TEST_CASE("whether a name exists may decide which policy applies", "[expectation]") {
  CHECK(open("_dmarc.example.com. TXT \"v=DMARC1; p=reject; sp=none; np=reject\"\n;! timeout www.example.com A",
             "policy = \"reject\"\npolicy_rfc7489 = \"none\"", "www.example.com") ==
        "receivers of RFC 9989 apply `reject` to mail from www.example.com: www.example.com A: timeout");
}

TEST_CASE("what is not met is in the order of the file", "[expectation]") {
  const auto unmet = check_in("example.com. A 192.0.2.1",
                              "fail = [\"192.0.2.9\"]\npass = [\"192.0.2.1\"]\nselectors = [\"s\"]\npolicy = \"none\"");
  REQUIRE(unmet.size() == 3);
  CHECK(unmet[0].expected == "`192.0.2.1` passes SPF for example.com");
  CHECK(unmet[1].expected == "a usable DKIM key stands at selector `s` of example.com");
  CHECK(unmet[2].expected == "receivers apply `none` to mail from example.com");
}

TEST_CASE("what came of expectations stands in the report of their domain", "[expectation]") {
  const Expectations read_ones = read("pass = [\"192.0.2.1\", \"192.0.2.2\"]\nselectors = [\"s1\"]", "Example.com");
  dns::FakeResolver dns("example.com. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n;! timeout s1._domainkey.example.com");
  const dns::PublicSuffixList suffixes;
  audit::Report report;
  report.files.push_back(std::make_shared<text::SourceFile>("some.zone", ""));
  report.domains.push_back(audit::DomainReport{.domain = "example.com"});
  const Expectation& one = read_ones.names.front();
  add_to_report(report, read_ones.file, one, task::sync_wait(check(dns, one, suffixes)));
  REQUIRE(report.domains.size() == 1);
  const audit::DomainReport& domain = report.domains.front();
  REQUIRE(domain.findings.size() == 1);
  CHECK(domain.findings.front().place->file == 1);
  CHECK(report.files.at(1)->path() == "envelint.toml");
  CHECK(domain.expectations->count == 3);
  CHECK(domain.expectations->met() == 1);
  CHECK(domain.expectations->not_met == 1);
  CHECK(domain.expectations->undecided.front().question == "s1._domainkey.Example.com TXT");
  Expectation other(*dns::Name::parse("other.example"));
  add_to_report(report, read_ones.file, other, {});
  CHECK(report.domains.at(1).domain == "other.example");
  CHECK(report.files.size() == 2);
}
