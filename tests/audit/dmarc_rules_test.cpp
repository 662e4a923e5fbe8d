#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <support/catch.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

using namespace envelint;

namespace {

const dns::PublicSuffixList& suffixes() {
  static const dns::PublicSuffixList list;
  return list;
}

audit::DomainReport lint(std::string_view zone, std::string_view domain = "example.com") {
  dns::FakeResolver dns(zone);
  return audit::judge_domain(
      task::sync_wait(audit::collect(dns, *dns::Name::parse(domain), audit::CollectOptions(), suffixes())));
}

/// What needs DNS to be found: "DMARC001 DMARC037".
std::string codes(const audit::DomainReport& report) {
  const std::set<std::string> ours{"DMARC001", "DMARC002", "DMARC003", "DMARC006", "DMARC008", "DMARC030",
                                   "DMARC034", "DMARC035", "DMARC037", "DMARC039", "DMARC059", "DMARC061",
                                   "DMARC062", "DMARC069", "DMARC070", "DMARC071", "DMARC072", "DMARC074"};
  std::multiset<std::string> found;
  for (const finding::Finding& finding : report.findings) {
    std::string id(finding::entry(finding.code).id);
    if (ours.contains(id)) found.insert(std::move(id));
  }
  std::string out;
  for (const std::string& id : found) out += (out.empty() ? "" : " ") + id;
  return out;
}

const finding::Finding& find(const audit::DomainReport& report, std::string_view id) {
  const auto it = std::ranges::find(report.findings, id, [](const auto& f) { return finding::entry(f.code).id; });
  REQUIRE(it != report.findings.end());
  return *it;
}

constexpr std::string_view kMail = R"(
example.com.      MX  0 mail.example.com.
mail.example.com. A   192.0.2.1
)";

std::string with_mail(std::string_view lines) { return std::string(kMail) + std::string(lines) + "\n"; }

}  // namespace

TEST_CASE("a domain without a policy is offered a record to begin with", "[audit][dmarc]") {
  const auto report = lint(with_mail(""));
  CHECK(codes(report) == "DMARC001");
  CHECK(find(report, "DMARC001")
            .help.contains(R"(`_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.com"`)"));
}

TEST_CASE("one that sends no mail is offered p=reject, and one below another the record above it", "[audit][dmarc]") {
  const auto parked = lint(R"(example.com. TXT "v=spf1 -all")");
  CHECK(codes(parked) == "DMARC001");
  CHECK(find(parked, "DMARC001")
            .help.contains(R"(`_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=reject; np=reject"`)"));
  const auto below = lint(with_mail(""), "mail.example.com");
  CHECK(find(below, "DMARC001").help.contains("`_dmarc.example.com. TXT"));
}

TEST_CASE("where the question was not answered, nobody says that there is no record", "[audit][dmarc]") {
  for (const std::string_view trouble : {"timeout", "servfail", "refused", "bogus"}) {
    for (const std::string_view at : {"_dmarc.mail.example.com", "_dmarc.example.com", "_dmarc.com"}) {
      CAPTURE(trouble, at);
      const auto report = lint(with_mail(";! " + std::string(trouble) + " " + std::string(at)), "mail.example.com");
      CHECK(codes(report).empty());
      CHECK_FALSE(report.unknown.empty());
    }
  }
}

TEST_CASE("several records are all shown, and none is taken", "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
_dmarc.example.com. TXT "v=DMARC1; p=none; rua=mailto:b@example.com")"));
  CHECK(codes(report) == "DMARC002");
  CHECK(std::ranges::count(report.records, audit::Kind::dmarc, &audit::RecordReport::kind) == 2);
  CHECK_FALSE(report.dmarc->rfc9989.domain.applies());
  CHECK_FALSE(report.dmarc->rfc7489.domain.applies());
}

TEST_CASE("several agreements to reports are no mistake", "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@example.net"
example.com._report._dmarc.example.net. TXT "v=DMARC1"
example.com._report._dmarc.example.net. TXT "v=DMARC1;"
example.net. MX 0 example.net.
example.net. A 192.0.2.2)"));
  CHECK(codes(report).empty());
}

TEST_CASE("a record that stands at a wrong name is shown there, once", "[audit][dmarc]") {
  for (const std::string_view at : {"example.com", "dmarc.example.com", "_dmarc._dmarc.example.com",
                                    "_dmarc.example.com.example.com", "_dmarc.www.example.com"}) {
    CAPTURE(at);
    const auto report = lint(with_mail(std::string(at) + R"(. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com")"));
    CHECK(codes(report) == "DMARC006");
    CHECK(find(report, "DMARC006").owner == at);
    CHECK(find(report, "DMARC006").severity == finding::Severity::error);
  }
}

TEST_CASE("a second record at the domain itself only misleads, and a policy of www is none of the domain's business",
          "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com.     TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
_dmarc.www.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
example.com.            TXT "v=DMARC1; p=none")"));
  CHECK(codes(report) == "DMARC006");
  CHECK(find(report, "DMARC006").severity == finding::Severity::notice);
}

TEST_CASE("a record that is not valid is the mistake, and not that there is none", "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(_dmarc.example.com. TXT "v=dmarc1; p=reject; rua=mailto:a@example.com")"));
  CHECK(codes(report) == "DMARC003");
}

TEST_CASE("SPF at _dmarc, by wildcard or alias, is named as what it is", "[audit][dmarc]") {
  const auto wildcard = lint(with_mail(R"(*.example.com. TXT "v=spf1 mx -all")"));
  CHECK(codes(wildcard) == "DMARC008");
  CHECK(find(wildcard, "DMARC008").help.contains("*.example.com TXT"));
  const auto alias = lint(with_mail(R"(
example.com.        TXT   "v=spf1 mx -all"
_dmarc.example.com. CNAME example.com.)"));
  CHECK(find(alias, "DMARC008").help.contains("leads to `example.com`"));
}

TEST_CASE("old and new receivers are shown side by side where they disagree", "[audit][dmarc]") {
  const auto report =
      lint(with_mail(R"(_dmarc.mail.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@mail.example.com")"),
           "mail.example.com");
  CHECK(codes(report) == "DMARC037");
  const finding::Finding& finding = find(report, "DMARC037");
  CHECK(finding.message ==
        "the organizational domain of `mail.example.com` is `example.com` for receivers of RFC 7489 and "
        "`mail.example.com` for those of RFC 9989");
  CHECK(finding.help.contains("`_dmarc.example.com`"));
}

TEST_CASE("np, t and pct alone are no disagreement about which record counts", "[audit][dmarc]") {
  const auto report = lint(with_mail(
      R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; sp=reject; np=none; t=y; pct=50; rua=mailto:a@example.com")"));
  CHECK(codes(report).empty());
}

TEST_CASE("psd in the wrong place is one finding, not also a disagreement", "[audit][dmarc]") {
  CHECK(codes(lint(with_mail(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; psd=y; rua=mailto:a@example.com")"))) ==
        "DMARC034");
  CHECK(codes(lint(with_mail(R"(
_dmarc.example.com.      TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
_dmarc.mail.example.com. TXT "v=DMARC1; p=reject; psd=n; rua=mailto:a@mail.example.com")"),
                   "mail.example.com")) == "DMARC035");
  CHECK(codes(lint(R"(_dmarc.co.uk. TXT "v=DMARC1; p=reject; psd=y; rua=mailto:a@co.uk"
co.uk. MX 0 co.uk.
co.uk. A 192.0.2.1)",
                   "co.uk"))
            .empty());
}

TEST_CASE("records above the domain stand in its report under their own names, but not those of a registry",
          "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
_dmarc.com.         TXT "v=DMARC1; p=none; psd=y; rua=mailto:a@example.com")"),
                           "mail.example.com");
  CHECK(codes(report) == "DMARC071");
  std::string owners;
  for (const audit::RecordReport& record : report.records) {
    if (record.kind == audit::Kind::dmarc) owners += record.owner + " ";
  }
  CHECK(owners == "_dmarc.example.com ");
  CHECK(find(report, "DMARC071").note.contains("`_dmarc.com`: p=none, psd=y"));
}

TEST_CASE("an alias's record is shown at the name that was asked", "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com.   CNAME policies.example.net.
policies.example.net. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com")"));
  const auto record = std::ranges::find(report.records, audit::Kind::dmarc, &audit::RecordReport::kind);
  REQUIRE(record != report.records.end());
  CHECK(record->owner == "_dmarc.example.com");
}

TEST_CASE("a host that has not agreed to reports is told the record to publish", "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@reports.example.net"
reports.example.net. MX 0 mx.example.net.)"));
  CHECK(codes(report) == "DMARC059");
  CHECK(find(report, "DMARC059").help.contains(R"(`example.com._report._dmarc.reports.example.net. TXT "v=DMARC1"`)"));
  CHECK(find(report, "DMARC059").record >= 0);
}

TEST_CASE("of a mailbox provider it is said only that it never agrees", "[audit][dmarc]") {
  const auto report = lint(with_mail(R"(
_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:someone@gmail.com"
gmail.com. MX 0 mx.gmail.com.)"));
  CHECK(codes(report).empty());  // DMARC063 sees it in the text
}

TEST_CASE("a policy inherited from above is weakened by a record of the domain's own", "[audit][dmarc]") {
  CHECK(codes(lint(with_mail(R"(
_dmarc.example.com.      TXT "v=DMARC1; p=none; sp=reject; rua=mailto:a@example.com"
_dmarc.mail.example.com. TXT "v=DMARC1; p=quarantine; rua=mailto:a@example.com")"),
                   "mail.example.com")) == "DMARC069");
  CHECK(codes(lint(with_mail(R"(
_dmarc.example.com.      TXT "v=DMARC1; p=reject; sp=none; rua=mailto:a@example.com"
_dmarc.mail.example.com. TXT "v=DMARC1; p=quarantine; rua=mailto:a@example.com")"),
                   "mail.example.com"))
            .empty());
}

TEST_CASE("sp below the organizational domain is said to be ignored", "[audit][dmarc]") {
  CHECK(codes(lint(with_mail(R"(
_dmarc.example.com.      TXT "v=DMARC1; p=reject; rua=mailto:a@example.com"
_dmarc.mail.example.com. TXT "v=DMARC1; p=reject; sp=reject; rua=mailto:a@example.com")"),
                   "mail.example.com")) == "DMARC030");
}

TEST_CASE("a domain that sends no mail wants everything rejected", "[audit][dmarc]") {
  const auto parked = [](std::string_view spf, std::string_view mx, std::string_view policy) {
    std::string zone = "_dmarc.example.com. TXT \"v=DMARC1; " + std::string(policy) + "\"\n";
    if (!spf.empty()) zone += "example.com. TXT \"" + std::string(spf) + "\"\n";
    if (!mx.empty()) zone += "example.com. MX " + std::string(mx) + "\n";
    return codes(lint(zone));
  };
  CHECK(parked("v=spf1 -all", "", "p=none").contains("DMARC072"));
  CHECK(parked("V=SPF1 -ALL", "", "p=reject; sp=none").contains("DMARC072"));
  CHECK(parked("v=spf1 -all", "", "p=reject; np=quarantine").contains("DMARC072"));
  CHECK(parked("v=spf1 -all", "", "p=reject; t=y").contains("DMARC072"));
  CHECK(parked("", "0 .", "p=none").contains("DMARC072"));
  CHECK_FALSE(parked("v=spf1 -all", "0 .", "p=reject").contains("DMARC072"));
  CHECK_FALSE(parked("v=spf1 ~all", "", "p=none").contains("DMARC072"));
  CHECK_FALSE(parked("v=spf1 ip4:192.0.2.1 -all", "0 .", "p=none").contains("DMARC072"));
}

TEST_CASE("the questions about DMARC are few", "[audit][dmarc]") {
  const auto count = [](std::string_view zone, std::string_view domain) {
    dns::FakeResolver dns(zone);
    (void)task::sync_wait(audit::collect(dns, *dns::Name::parse(domain), audit::CollectOptions(), suffixes()));
    return std::ranges::count_if(dns.queries(),
                                 [](const dns::Query& query) { return query.name.to_string().contains("dmarc"); });
  };
  CHECK(count(with_mail(R"(_dmarc.example.com. TXT "v=DMARC1; p=reject; rua=mailto:a@example.com")"), "example.com") ==
        2);
  CHECK(count(with_mail(""), "example.com") == 6);  // and the wrong names
}
