#include <support/catch.hpp>
#include <support/lint.hpp>

#include "keys.hpp"

#include <envelint/audit/key_report.hpp>
#include <envelint/dkim/key_check.hpp>
#include <envelint/dkim/key_file.hpp>
#include <envelint/dkim/key_text.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string>

using namespace envelint;
using namespace envelint::dkim;

namespace {

PublicKey key_of(std::string_view text) { return read_public_key(text).value(); }
PublicKey rsa() { return key_of(test::kRsa2048); }

std::string at(std::string_view owner, std::string_view value) {
  std::string out = fmt::format("{}.example.com. TXT", owner);
  for (const std::string& string : in_strings(value).strings()) out += fmt::format(" \"{}\"", string);
  return out + "\n";
}

struct Checked {
  KeyVerdict verdict;
  audit::DomainReport report;
  std::size_t questions;

  [[nodiscard]] std::string codes() const { return test::codes(report.findings); }
  [[nodiscard]] const finding::Finding& finding() const { return verdict.findings.at(0); }
};

Checked check(std::string_view zone, const PublicKey& key = rsa(), std::vector<std::string> others = {"s2", "google"}) {
  dns::FakeResolver dns(zone);
  const dns::Name domain = *dns::Name::parse("example.com");
  KeyCheckRequest request(domain, "s1", key, std::move(others));
  const KeyCheckFacts facts = task::sync_wait(collect_key_facts(dns, std::move(request)));
  KeyVerdict verdict = judge_key(facts);
  return {verdict, audit::report_key(facts, verdict), dns.queries().size()};
}

}  // namespace

TEST_CASE("a key that is published whole matches, and nothing else is asked", "[dkim][key_check]") {
  for (const PublicKey& key : {rsa(), key_of(test::kEd25519)}) {
    const Checked checked = check(at("s1._domainkey", key_record_text(key)), key);
    CHECK(checked.verdict.match == KeyMatch::matches);
    CHECK(checked.codes().empty());
    CHECK(checked.verdict.published == key);
    CHECK(checked.questions == 1);
  }
}

TEST_CASE("an alias to the record is as good as the record", "[dkim][key_check]") {
  const std::string zone = "s1._domainkey.example.com. CNAME k.example.net.\nk.example.net. TXT \"" +
                           key_record_text(key_of(test::kEd25519)) + "\"\n";
  CHECK(check(zone, key_of(test::kEd25519)).verdict.match == KeyMatch::matches);
  const Checked other = check(zone, rsa());
  CHECK(other.verdict.match == KeyMatch::other_algorithm);
}

TEST_CASE("nothing published says what to publish", "[dkim][key_check]") {
  const Checked checked = check("example.com. TXT \"v=spf1 -all\"\n", key_of(test::kEd25519));
  CHECK(checked.verdict.match == KeyMatch::nothing_published);
  CHECK(checked.codes() == "DKIM002");
  CHECK(checked.finding().owner == "s1._domainkey.example.com");
  CHECK(checked.finding().help ==
        "publish the record that `envelint keygen example.com --selector s1 --from KEY` prints");
}

TEST_CASE("a key without ._domainkey, or with the domain twice, is found", "[dkim][key_check]") {
  for (const std::string_view owner : {"s1", "s1._domainkey.example.com"}) {
    const Checked checked = check(at(owner, key_record_text(rsa())));
    CHECK(checked.verdict.match == KeyMatch::nothing_published);
    CHECK(checked.finding().help ==
          fmt::format("this key is published at `{}.example.com`, where nobody looks: move it "
                      "to `s1._domainkey.example.com`",
                      owner));
  }
}

TEST_CASE("another key is told apart by its fingerprint", "[dkim][key_check]") {
  const Checked checked = check(at("s1._domainkey", "v=DKIM1; k=rsa; p=" + std::string(test::kRsa1024)));
  CHECK(checked.verdict.match == KeyMatch::other_key);
  CHECK(checked.codes() == "DKIM016 DKIM042");
  CHECK(checked.finding().message == "the published key is not the one at hand");
  CHECK(checked.finding().note == fmt::format("published: RSA, 1024 bits, {}; at hand: RSA, 2048 bits, {}",
                                              key_of(test::kRsa1024).fingerprint(), rsa().fingerprint()));
  CHECK(checked.finding().record == 0);
  CHECK(checked.finding().span.start == 18);
}

TEST_CASE("a key that stands at another selector is found there", "[dkim][key_check]") {
  const std::string zone = at("s1._domainkey", "v=DKIM1; k=rsa; p=" + std::string(test::kRsa3072)) +
                           at("google._domainkey", key_record_text(rsa()));
  const Checked checked = check(zone);
  REQUIRE(checked.verdict.found_at.size() == 1);
  CHECK(checked.verdict.found_at[0].selector == "google");
  CHECK(checked.finding().help.starts_with("this key is published at the selector `google`: sign with that selector"));
}

TEST_CASE("the selectors of the catalogue are all tried", "[dkim][key_check]") {
  const auto selectors = audit::likely_selectors();
  CHECK(std::ranges::find(selectors, "google") != selectors.end());
  CHECK(check("x. A 192.0.2.1\n", rsa(), selectors).questions > 40);
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back("s" + std::to_string(i));
  CHECK(check("x. A 192.0.2.1\n", rsa(), many).questions == kMaxOtherSelectors + 1);
}

TEST_CASE("a key of the other algorithm is named", "[dkim][key_check]") {
  const std::string zone = at("s1._domainkey", key_record_text(key_of(test::kEd25519)));
  const Checked checked = check(zone);
  CHECK(checked.verdict.match == KeyMatch::other_algorithm);
  CHECK(checked.finding().message == "the published key is of another algorithm than the key at hand, which is RSA");
  CHECK(checked.finding().span_label == "an Ed25519 key");
}

TEST_CASE("a revoked key is an error, said once", "[dkim][key_check]") {
  const Checked checked = check(at("s1._domainkey", "v=DKIM1; p="));
  CHECK(checked.verdict.match == KeyMatch::revoked);
  CHECK(checked.codes() == "DKIM042");
  CHECK(checked.finding().message == "the key at this selector is revoked: `p=` is empty");
}

TEST_CASE("two records at the selector do not match, even when one is right", "[dkim][key_check]") {
  const std::string right = at("s1._domainkey", key_record_text(rsa()));
  const Checked checked = check(right + at("s1._domainkey", "v=DKIM1; k=rsa; p=" + std::string(test::kRsa1024)));
  CHECK(checked.verdict.match == KeyMatch::several_records);
  CHECK(checked.finding().message ==
        "2 TXT records stand at `s1._domainkey.example.com`, and this key is in only one of them");
  CHECK(checked.verdict.found_at.empty());
  CHECK(check(at("s1._domainkey", "v=DKIM1; p=") + at("s1._domainkey", "hello"))
            .finding()
            .message.contains("none of them"));
}

TEST_CASE("a key cut short at the border of a string is seen as this key", "[dkim][key_check]") {
  const std::string value = key_record_text(rsa());
  const Checked checked = check(at("s1._domainkey", value.substr(0, 255)));
  CHECK(checked.verdict.match == KeyMatch::cut_short);
  CHECK(checked.verdict.summary == "the published key is this one, cut short: 237 of 392 characters are there");
  CHECK(checked.codes() == "DKIM012");
  CHECK(check(at("s1._domainkey", value.substr(0, 255)), key_of(test::kRsa3072)).verdict.match == KeyMatch::other_key);
}

TEST_CASE("this key in a form receivers cannot use is recognised, and the record's findings say why",
          "[dkim][key_check]") {
  const std::string pem =
      "v=DKIM1; p=-----BEGIN PUBLIC KEY-----" + std::string(test::kRsa2048) + "-----END PUBLIC KEY-----";
  const struct {
    std::string value;
    std::string_view code;
  } cases[] = {
      {"v=DKIM1; k=rsa; p=" + std::string(test::kRsa2048Pkcs1), "DKIM013"},
      {pem, "DKIM013"},
      {"k=rsa; v=DKIM1; p=" + std::string(test::kRsa2048), "DKIM004"},
      {"v=DKIM1; k=ed25519; p=" + std::string(test::kRsa2048), "DKIM022"},
      {"v=DKIM1; k=rsa; h=sha1; p=" + std::string(test::kRsa2048), "DKIM024"},
      {"v=DKIM1 k=rsa p=" + std::string(test::kRsa2048), "DKIM006"},
  };
  for (const auto& one : cases) {
    const Checked checked = check(at("s1._domainkey", one.value));
    CAPTURE(one.value, checked.codes(), checked.verdict.summary);
    CHECK(checked.verdict.match == KeyMatch::unusable);
    CHECK(checked.codes().contains(one.code));
  }
  const Checked spki =
      check(at("s1._domainkey", "v=DKIM1; k=ed25519; p=" + std::string(test::kEd25519Spki)), key_of(test::kEd25519));
  CHECK(spki.verdict.match == KeyMatch::unusable);
  CHECK(spki.codes() == "DKIM021");
}

TEST_CASE("quotes of a zone file inside the key do not hide which key it is", "[dkim][key_check]") {
  std::string value = key_record_text(rsa());
  value.insert(200, "\\\" \\\"");  // escaped in the zone text: quotes are part of the value
  const std::string zone =
      "s1._domainkey.example.com. TXT \"" + value.substr(0, 240) + "\" \"" + value.substr(240) + "\"\n";
  const Checked checked = check(zone);
  CHECK(checked.verdict.match == KeyMatch::unusable);
  CHECK(checked.codes().contains("DKIM010"));
}

TEST_CASE("a record without a readable key says so", "[dkim][key_check]") {
  CHECK(check(at("s1._domainkey", "v=spf1 -all")).verdict.match == KeyMatch::unreadable);
  const Checked placeholder = check(at("s1._domainkey", "v=DKIM1; k=rsa; p=YOUR_KEY_HERE"));
  CHECK(placeholder.verdict.match == KeyMatch::unreadable);
  CHECK(placeholder.codes() == "DKIM010");
}

TEST_CASE("trouble in DNS is unknown, not a mismatch", "[dkim][key_check]") {
  const Checked checked = check(";! timeout s1._domainkey.example.com.\n");
  CHECK(checked.verdict.match == KeyMatch::unknown);
  CHECK(checked.verdict.summary == "DNS would not say what is at `s1._domainkey.example.com`: timeout");
  CHECK(checked.codes().empty());
  CHECK(checked.report.unknown.size() == 1);
}

TEST_CASE("trouble at another selector hides nothing", "[dkim][key_check]") {
  const Checked checked =
      check(";! servfail google._domainkey.example.com.\n" + at("s2._domainkey", key_record_text(rsa())));
  CHECK(checked.verdict.match == KeyMatch::nothing_published);
  CHECK(checked.verdict.found_at.size() == 1);
}

TEST_CASE("every answer but a match draws an error or is unknown", "[dkim][key_check]") {
  const std::string value = key_record_text(rsa());
  for (std::size_t size = 0; size <= value.size(); size += 3) {
    const Checked checked = check(at("s1._domainkey", value.substr(0, size)));
    if (checked.verdict.match == KeyMatch::matches) continue;
    CAPTURE(size, checked.verdict.summary);
    CHECK(std::ranges::any_of(checked.report.findings, [](const finding::Finding& finding) {
      return finding.severity == finding::Severity::error;
    }));
  }
}
