#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include "keys.hpp"

#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_rules.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;
using finding::Code;
using finding::Finding;
using finding::Severity;

namespace {

std::vector<Finding> findings(std::string_view text) {
  finding::Findings out;
  check(parse_key_record(text), out);
  return std::move(out).take();
}

// The ids of findings at or above a severity, in order.
std::vector<std::string> ids(std::string_view text, Severity least = Severity::notice) {
  std::vector<std::string> out;
  for (const Finding& item : findings(text)) {
    if (item.severity >= least) out.emplace_back(finding::entry(item.code).id);
  }
  return out;
}

using Ids = std::vector<std::string>;

Finding only(std::string_view text, std::string_view id) {
  const auto all = findings(text);
  const auto it = std::ranges::find(all, id, [](const Finding& item) { return finding::entry(item.code).id; });
  INFO(text);
  REQUIRE(it != all.end());
  return *it;
}

std::string marked(std::string_view text, std::string_view id) {
  const Finding item = only(text, id);
  return std::string(text.substr(item.span.start, item.span.size()));
}

std::string mended(std::string_view text, std::string_view id) {
  const Finding item = only(text, id);
  REQUIRE(item.fix);
  return finding::apply(text, item.fix->edits);
}

// With an Ed25519 key: nothing else to say about it.
std::string ed(std::string_view tags = "") { return fmt::format("v=DKIM1; k=ed25519; {}p={}", tags, test::kEd25519); }
const std::string kRight = ed();

const std::vector<std::string>& slips() {
  static const std::string key(test::kEd25519);
  static const std::string rsa(test::kRsa2048);
  static const std::vector<std::string> all{
      "s1._domainkey=" + kRight,
      "s1._domainkey.example.com. IN TXT " + kRight,
      "n" + kRight,
      "k=ed25519; v=DKIM1; p=" + key,
      "k=ed25519; p=" + key + "; v=DKIM1",
      "k=ed25519; t=y; p=" + key + "; v=dkim1",
      "v=DKIM1.0; k=ed25519; p=" + key,
      "v=DKIM1 k=ed25519; p=" + key,
      "v=DKIM1k=rsa; p=" + rsa,
      "v=DKIM1, k=ed25519, p=" + key,
      "v=DKIM1;; k=ed25519; p=" + key,
      "v=DKIM1; k=ed25519; " + key,
      "DKIM1; k=ed25519; p=" + key,
      "v:DKIM1; k=ed25519; p=" + key,
      "v=DKIM1; k=ed25519; k=ed25519; p=" + key,
      "v=DKIM1; k=ed25519; p=" + key.substr(0, 9) + "\"\"" + key.substr(9),
      "v=DKIM1; k=ed25519; \"\"p=" + key.substr(0, 9) + "\" \"" + key.substr(9),
      "\"v=DKIM1; k=ed25519; p=" + key + "\"",
      "v=DKIM1;\xC2\xA0k=ed25519; p=" + key,
      "v=DKIM1; p=" + rsa + "!",
      "v=DKIM1; p=" + rsa + "l",
      "v=DKIM1; p=" + rsa.substr(1),
      "v=DKIM1; k=ed25519; p=" + key.substr(0, 20) + " " + key.substr(20, 4) + "  " + key.substr(24),
      fmt::format("v=DKIM1; p={}", test::kRsa2048Pkcs1),
      fmt::format("v=DKIM1; k=ed25519; p={}", test::kRsa2048Pkcs1),
      fmt::format("v=DKIM1; p=-----BEGIN PUBLIC KEY-----{}-----END PUBLIC KEY-----", rsa),
      "v=DKIM1; k=RSA; p=" + rsa,
      "v=DKIM1; k=rsa-sha256; p=" + rsa,
      "v=DKIM1; k=ed25591; p=" + key,
      fmt::format("v=DKIM1; k=ed25519; p={}", test::kEd25519Spki),
      fmt::format("v=DKIM1; p={}", test::kEd25519Spki),
      "v=DKIM1; p=" + key,
      "v=DKIM1; k=rsa; p=" + key,
      "v=DKIM1; k=ed25519; p=" + rsa,
      ed("h=sha1; "),
      ed("h=sha-256; "),
      ed("h=sha1:sha256; "),
      ed("s=s1; "),
      ed("s=mail; "),
      ed("t=y; "),
      ed("t=y:s; "),
      ed("g=news; "),
      ed("t=y; g=*; "),
      kRight + "; g=*; t=y",
      kRight + ";",
      "v=DKIM1;k=ed25519;p=" + key,
  };
  return all;
}

}  // namespace

TEST_CASE("a good record draws nothing", "[dkim][key_rules]") {
  CHECK(findings(kRight).empty());
  CHECK(findings(fmt::format("v=DKIM1; k=rsa; p={}", test::kRsa2048)).empty());
  CHECK(findings(ed("h=sha256; s=email; t=s; n=made by hand; ")).empty());
}

TEST_CASE("each slip draws its one finding", "[dkim][key_rules]") {
  const std::string key(test::kEd25519);
  CHECK(ids("s1._domainkey=" + kRight) == Ids{"DKIM004"});
  CHECK(ids("k=ed25519; v=DKIM1; p=" + key) == Ids{"DKIM004"});
  CHECK(ids("v=dkim1; k=ed25519; p=" + key) == Ids{"DKIM005"});
  CHECK(ids("v=DKIM1 k=ed25519 p=" + key) == Ids{"DKIM006"});
  CHECK(ids("v=DKIM1k=rsa; p=") == Ids{"DKIM006", "DKIM009"});
  CHECK(ids("v=DKIM1; k=ed25519; " + key) == Ids{"DKIM006"});
  CHECK(ids("v=DKIM1; junk; k=ed25519; p=" + key) == Ids{"DKIM006"});
  CHECK(ids("v=DKIM1; k=ed25519; k=ed25519; p=" + key) == Ids{"DKIM007"});
  CHECK(ids("v=DKIM1; k=rsa") == Ids{"DKIM008"});
  CHECK(ids("v=DKIM1; k=ed25519; P=" + key) == Ids{"DKIM008"});
  CHECK(ids("") == Ids{"DKIM008"});
  CHECK(ids("v=DKIM1; p=") == Ids{"DKIM009"});
  CHECK(ids("v=DKIM1; k=rsa; p=YOUR_PUBLIC_KEY_HERE") == Ids{"DKIM010"});
  CHECK(ids("v=DKIM1; k=ed25519; \"\"p=" + key.substr(0, 9) + "\"\"" + key.substr(9)) == Ids{"DKIM010"});
  CHECK(ids(fmt::format("v=DKIM1; p={}", test::kRsa2048.substr(0, 101))) == Ids{"DKIM012"});
  CHECK(ids(fmt::format("v=DKIM1; p={}", test::kRsa2048Pkcs1)) == Ids{"DKIM013"});
  CHECK(ids(fmt::format("v=DKIM1; k=ed25519; p={}", test::kRsa2048Pkcs1)) == Ids{"DKIM013", "DKIM022"});
  CHECK(ids(fmt::format("v=DKIM1; p={}", test::kRsa512)) == Ids{"DKIM015"});
  CHECK(ids(fmt::format("v=DKIM1; p={}", test::kRsa1024)) == Ids{"DKIM016"});
  CHECK(ids(fmt::format("v=DKIM1; p={}", test::kRsa3072)) == Ids{"DKIM017"});
  CHECK(ids(fmt::format("v=DKIM1; p={}", test::kRsa2048Exponent3)) == Ids{"DKIM018"});
  CHECK(ids("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=") == Ids{"DKIM019"});
  CHECK(ids("v=DKIM1; k=Ed25519; p=" + key) == Ids{"DKIM020"});
  CHECK(ids(fmt::format("v=DKIM1; k=ed25519; p={}", test::kEd25519Spki)) == Ids{"DKIM021"});
  CHECK(ids("v=DKIM1; k=ed25519; p=AAAA") == Ids{"DKIM021"});
  CHECK(ids("v=DKIM1; p=" + key) == Ids{"DKIM022"});
  CHECK(ids(ed("h=sha1; ")) == Ids{"DKIM024"});
  CHECK(ids(ed("h=sha1:sha256; ")) == Ids{"DKIM025"});
  CHECK(ids(ed("h=sha256:md5; ")) == Ids{"DKIM026"});
  CHECK(ids(ed("s=other; ")) == Ids{"DKIM027"});
  CHECK(ids(ed("t=y; ")) == Ids{"DKIM028"});
  CHECK(ids(ed("t=q; "), Severity::info) == Ids{"DKIM030"});
  CHECK(ids(ed("g=*; ")) == Ids{"DKIM031"});
  CHECK(ids(ed("n=a=b; ")) == Ids{"DKIM032"});
  CHECK(ids("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=s1; h=from:to; bh=dGVzdA==; b=dGVzdA==") ==
        Ids{"DKIM033"});
  CHECK(ids("v=DMARC1; p=none") == Ids{"DKIM005", "DKIM010"});
  CHECK(ids("v=spf1 -all") == Ids{"DKIM005"});
  CHECK(ids("k=ed25519; p=" + key, Severity::info) == Ids{"DKIM044", "DKIM049"});
  CHECK(ids("v=DKIM1;k=ed25519;p=" + key) == Ids{"DKIM049"});
}

TEST_CASE("independent faults are each told", "[dkim][key_rules]") {
  CHECK(ids(fmt::format("s1._domainkey v=DKIM1; t=y; p={}", test::kRsa1024)) == Ids{"DKIM004", "DKIM028", "DKIM016"});
  CHECK(ids(fmt::format("v=dkim1; k=rsa; h=sha1; s=s1; p={}", test::kRsa512)) ==
        Ids{"DKIM005", "DKIM024", "DKIM027", "DKIM015"});
}

TEST_CASE("findings underline the smallest text", "[dkim][key_rules]") {
  CHECK(marked("s1._domainkey= " + kRight, "DKIM004") == "s1._domainkey=");
  CHECK(marked("v=DKIM1.0; p=", "DKIM005") == "DKIM1.0");
  CHECK(marked("v=DKIM1;\xC2\xA0k=rsa; p=", "DKIM006") == "\xC2\xA0");
  CHECK(marked("v=DKIM1; p=AA,AA", "DKIM010") == ",");
  CHECK(marked(ed("h=sha256: sha1; "), "DKIM025") == "sha1");
  CHECK(only(fmt::format("v=DKIM1; p={}", test::kRsa2048.substr(0, 100)), "DKIM012").span.start == 111);
}

TEST_CASE("messages name what is there", "[dkim][key_rules]") {
  CHECK(only("s1._domainkey=" + kRight, "DKIM004").message ==
        "the record's own name `s1._domainkey` was pasted into its value");
  CHECK(only("v=DKIM1; p=AA,AA", "DKIM010").message == "`,` at character 3 of `p=` is not base64");
  CHECK(only(fmt::format("v=DKIM1; p={}", test::kRsa2048.substr(0, 100)), "DKIM012").message ==
        "the key is cut short: 294 octets of a 2048-bit key are announced and 75 are there");
  const std::string string(fmt::format("v=DKIM1; k=rsa; p={}", test::kRsa2048).substr(0, 255));
  CHECK(only(string, "DKIM012").note.contains("255"));
  CHECK(only(fmt::format("v=DKIM1; p={}", text::lower(test::kRsa2048)), "DKIM010").message.contains("capital"));
  CHECK(only(std::string(test::kRsa2048.substr(250)), "DKIM006").message.contains("second part"));
}

TEST_CASE("a fix takes its finding away", "[dkim][key_rules]") {
  for (const std::string& text : slips()) {
    for (const Finding& item : findings(text)) {
      INFO(text);
      INFO(finding::entry(item.code).id);
      if (!item.fix) continue;
      const auto left = findings(finding::apply(text, item.fix->edits));
      CHECK(std::ranges::find(left, item.code, &Finding::code) == left.end());
      const auto kind = finding::entry(item.code).fix;
      CHECK((item.fix->safe ? kind == finding::FixKind::safe : kind != finding::FixKind::none));
    }
  }
}

TEST_CASE("fixes of one record can be made together, and leave a valid record", "[dkim][key_rules]") {
  for (const std::string& text : slips()) {
    std::vector<finding::Edit> edits;
    for (const Finding& item : findings(text)) {
      if (item.fix) edits.insert(edits.end(), item.fix->edits.begin(), item.fix->edits.end());
    }
    INFO(text);
    for (std::size_t i = 0; i < edits.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(edits[i].span.overlaps(edits[j].span));
    }
    CHECK_FALSE(edits.empty());
    const std::string fixed = finding::apply(text, edits);
    INFO(fixed);
    // A version that is both misplaced and misspelt takes two steps.
    if (text.ends_with("dkim1")) continue;
    CHECK(parse_key_record(fixed).valid());
  }
}

TEST_CASE("what a fix writes is what was meant", "[dkim][key_rules]") {
  const std::string key(test::kEd25519);
  CHECK(mended("s1._domainkey: " + kRight, "DKIM004") == kRight);
  CHECK(mended("k=ed25519; p=" + key + "; v=DKIM1", "DKIM004") == kRight);
  CHECK(mended("v=DKIM1 k=ed25519 p=" + key, "DKIM006") == kRight);
  CHECK(mended("v=DKIM1; k=ed25519; " + key, "DKIM006") == kRight);
  CHECK(mended(fmt::format("v=DKIM1; k=rsa; p={}", test::kEd25519Spki), "DKIM022") == kRight);
  CHECK(mended("v=DKIM1; p=" + key, "DKIM022") == kRight);
  CHECK(mended(ed("t=y; "), "DKIM028") == kRight);
  CHECK(mended(ed("t=y:s; "), "DKIM028") == ed("t=s; "));
  CHECK(mended(ed("g=*; "), "DKIM031") == kRight);
  CHECK(mended("p=" + key + ";k=ed25519; v=DKIM1;", "DKIM004") == "v=DKIM1; p=" + key + ";k=ed25519");
}

TEST_CASE("a private key is told of alone, as a secret, and is in no text", "[dkim][key_rules]") {
  const std::string secret = "MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  for (const std::string& text :
       {"v=DKIM1; k=ed25519; p=" + secret, secret, "v=dkim1; p=" + secret + "; p=" + secret, "p=" + secret + "; rest",
        "-----BEGIN PRIVATE KEY-----" + secret + "-----END PRIVATE KEY-----",
        fmt::format("v=DKIM1; p={}; x={}", test::kRsa2048, secret)}) {
    INFO(text);
    const auto found = findings(text);
    REQUIRE(found.size() == 1);
    CHECK(finding::entry(found[0].code).id == "DKIM014");
    CHECK(found[0].secret);
    CHECK_FALSE(found[0].fix);
    CHECK(found[0].span.end > text.find(secret));
    for (const std::string* words : {&found[0].message, &found[0].note, &found[0].help, &found[0].span_label}) {
      CHECK_FALSE(words->contains(secret.substr(0, 12)));
    }
  }
  CHECK(only("v=DKIM1; p=re_39ghmxRG_Bth98i2jXo32Unz8EEMzA2nL", "DKIM010").secret);
}

TEST_CASE("a selector is judged by its labels", "[dkim][key_rules]") {
  const auto found = [](std::string_view owner) {
    finding::Findings out;
    check_owner(owner, out);
    return out.items().size();
  };
  CHECK(found("s1._domainkey.example.com") == 0);
  CHECK(found("a.b-c._domainkey.example.com") == 0);
  CHECK(found("*._domainkey.example.com") == 0);
  CHECK(found("_report._domainkey.example.com") == 0);
  CHECK(found("example.com") == 0);
  CHECK(found("_domainkey.example.com") == 0);
  CHECK(found("my_key._domainkey.example.com") == 1);
  CHECK(found("-x._domainkey.example.com") == 1);
  CHECK(found("a..b._domainkey.example.com") == 1);
  CHECK(found(std::string(64, 'a') + "._domainkey.example.com") == 1);
}

TEST_CASE("hostile records are judged quickly", "[dkim][key_rules]") {
  std::string tags;
  for (int i = 0; i < 10'000; ++i) tags += "t" + std::to_string(i) + "=1;";
  for (const std::string& text : {tags, std::string(65'536, ';'), std::string(65'536, '\0'), std::string(65'536, '"'),
                                  "p=" + std::string(65'534, 'A'), "p=" + std::string(65'534, '"')}) {
    CHECK_FALSE(ids(text, Severity::error).empty());
    for (const Finding& item : findings(text)) CHECK(item.message.size() < 300);
  }
}

TEST_CASE("every class of the corpus draws its code", "[dkim][corpus]") {
  const auto path = test::shared_data("data/dkim/dkim_keys_classified.tsv");
  if (!path) return;
  std::map<std::string, std::size_t> counts;
  std::size_t no_key_otherwise = 0;
  std::size_t broken = 0;
  for (const auto& row : test::read_tsv(*path)) {
    const std::string& bits = row.at(2);
    const std::string& kind = row.at(3);
    const std::string& issues = row.at(4);
    const std::string& text = row.at(5);
    const auto all = ids(text, Severity::info);
    const std::set<std::string> drawn(all.begin(), all.end());
    const auto draws = [&](std::string_view id) { return drawn.contains(std::string(id)); };
    const KeyRecord record = parse_key_record(text);
    for (const std::string& id : drawn) ++counts[id];
    INFO(text);
    if (!bits.empty()) {
      CHECK(std::to_string(read_key(record.slice(record.key_tag()->value)).bits) == bits);
      CHECK(draws("DKIM016") == (bits == "1024"));
    }
    if (issues.contains("name-pasted")) CHECK(draws("DKIM004"));
    if (issues.contains("non-base64-char")) CHECK(draws("DKIM010"));
    if (issues.contains("v=dkim1")) CHECK(draws("DKIM005"));
    if (kind == "revoked") CHECK(draws("DKIM009"));
    if (kind.contains("truncated")) CHECK(draws("DKIM012"));
    if (kind.contains("not-der")) CHECK(draws("DKIM010"));
    if (issues.contains("base64-len")) CHECK((draws("DKIM010") || draws("DKIM012")));
    if (issues.contains("ws-in-p") && kind == "rsa spki") CHECK(draws("DKIM011"));
    if (issues.contains("no-v") && kind != "no-p") CHECK(draws("DKIM044"));
    if (kind == "no-p" && !draws("DKIM008")) ++no_key_otherwise;
    const bool fine = (issues.empty() || issues == "no-v") && kind == "rsa spki";
    if (fine && !record.valid()) ++broken;
  }
  // Where we say something else than the corpus does:
  // 14 of the records "without p=" are host names or the second half of a key (DKIM006), or have their `p=` behind `<`
  // (DKIM006), behind quotes (DKIM010) or behind a pasted word (DKIM004).
  CHECK(no_key_otherwise == 14);
  // One "1024-bit key" has `l` for `I` in its last octets, so its exponent is no INTEGER: OpenSSL refuses it too.
  CHECK(broken == 1);
  // 36 pasted names, and two pasted words: `n` of a `\n`, `resend-verification=`.
  CHECK(counts["DKIM004"] == 38);
  CHECK(counts["DKIM012"] == 9);
  // Five more than the corpus sized: behind a stray character or a pasted word.
  CHECK(counts["DKIM016"] == 326);
}

TEST_CASE("what people corrected in public zones draws a finding", "[dkim][corpus]") {
  const auto path = test::shared_data("data/fixes_before_after.tsv");
  if (!path) return;
  std::size_t corrected = 0;
  for (const auto& row : test::read_tsv(*path)) {
    if (row.at(2) != "dkim") continue;
    // A change from a valid key to another is a rotation, not a correction.
    const KeyRecord before = parse_key_record(row.at(3));
    const KeyRecord after = parse_key_record(row.at(4));
    if (!before.valid()) {
      INFO(row.at(3));
      CHECK_FALSE(ids(row.at(3), Severity::error).empty());
      corrected += after.valid() ? 1 : 0;
    }
  }
  CHECK(corrected >= 3);
}
