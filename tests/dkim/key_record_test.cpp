#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include "keys.hpp"

#include <envelint/dkim/key_record.hpp>

#include <fmt/format.h>

#include <random>
#include <string>
#include <vector>

using namespace envelint::dkim;
using Kind = KeyFault::Kind;

namespace {

std::vector<Kind> kinds(std::string_view text) {
  std::vector<Kind> out;
  const KeyRecord record = parse_key_record(text);
  for (const KeyFault& fault : record.faults()) out.push_back(fault.kind);
  return out;
}

std::string value(std::string_view text, TagId id) {
  const KeyRecord record = parse_key_record(text);
  return std::string(record.value(id).value_or("(none)"));
}

bool is_cut_off(const KeyRecord& record) {
  for (const KeyFault& fault : record.faults()) {
    if (fault.kind == Kind::too_many) return true;
  }
  return false;
}

void check_round_trip(std::string_view text) {
  const KeyRecord record = parse_key_record(text);
  if (is_cut_off(record)) return;
  const std::string printed = print(record);
  const KeyRecord again = parse_key_record(printed);
  INFO(text);
  INFO(printed);
  CHECK(equivalent(record, again));
  CHECK(print(again) == printed);
}

const std::string kGood = fmt::format("v=DKIM1; k=rsa; p={}", test::kRsa2048);

}  // namespace

TEST_CASE("a key record is read with the places of its tags", "[dkim][key_record]") {
  const KeyRecord record = parse_key_record("v=DKIM1; h = sha1 : sha256 ; t=s; n=a note; p=AAAA");
  CHECK(record.faults().empty());
  REQUIRE(record.tags().size() == 5);
  CHECK(record.slice(record.find(TagId::hashes)->span) == "h = sha1 : sha256");
  CHECK(record.slice(record.find(TagId::hashes)->value) == "sha1 : sha256");
  CHECK(list_has(*record.value(TagId::hashes), "sha256"));
  CHECK_FALSE(list_has(*record.value(TagId::hashes), "sha"));
  CHECK(record.key_type() == "rsa");
  CHECK(record.find(TagId::granularity) == nullptr);
}

TEST_CASE("a record keeps its own text when it is copied or moved", "[dkim][key_record]") {
  KeyRecord copy;
  {
    const KeyRecord record = parse_key_record("p=A; k=x");
    copy = record;
  }
  const KeyRecord moved = std::move(copy);
  CHECK(*moved.value(TagId::type) == "x");
}

TEST_CASE("what a receiver can use is valid", "[dkim][key_record]") {
  CHECK(parse_key_record(kGood).valid());
  CHECK(parse_key_record(kGood + ";").valid());
  CHECK(parse_key_record(fmt::format("p={}", test::kRsa2048)).valid());
  CHECK(parse_key_record(fmt::format("v=DKIM1; p={}; unknown=1; t=y:s; s=*; h=sha256; n=x", test::kRsa1024)).valid());
  CHECK(parse_key_record(fmt::format("v=DKIM1; k=ed25519; p={}", test::kEd25519)).valid());
  CHECK(parse_key_record("v=DKIM1; p=").valid());
  CHECK(parse_key_record("v=DKIM1; p=").revoked());
  CHECK_FALSE(parse_key_record(kGood).revoked());
  // White space inside p= is folding (RFC 6376 §3.2).
  CHECK(parse_key_record(
            fmt::format("v=DKIM1; k=ed25519; p={} {}", test::kEd25519.substr(0, 9), test::kEd25519.substr(9)))
            .valid());
}

TEST_CASE("what a receiver cannot use is not valid", "[dkim][key_record]") {
  const std::string key(test::kEd25519);
  for (const std::string& text : {
           std::string(),
           std::string("v=DKIM1"),
           "k=ed25519; v=DKIM1; p=" + key,
           "v=dkim1; k=ed25519; p=" + key,
           "v=DKIM1; k=ed25519; k=ed25519; p=" + key,
           "v=DKIM1; k=ed25519;; p=" + key,
           "v=DKIM1; k=Ed25519; p=" + key,
           "v=DKIM1; k=rsa; p=" + key,
           "v=DKIM1; p=" + key,
           "v=DKIM1; k=ed25519; h=sha1; p=" + key,
           "v=DKIM1; k=ed25519; s=sel; p=" + key,
           "v=DKIM1; k=ed25519; " + key,
           "v=DKIM1 k=ed25519; p=" + key,
           "v=DKIM1; k=ed25519; p=\"" + key + "\"",
           "s1._domainkey v=DKIM1; k=ed25519; p=" + key,
           fmt::format("v=DKIM1; p={}", test::kRsa512),
           fmt::format("v=DKIM1; k=ed25519; p={}", test::kEd25519Spki),
           fmt::format("v=DKIM1; p={}", test::kRsa2048Pkcs1),
           fmt::format("v=DKIM1; p={}", test::kRsa2048.substr(0, 200)),
       }) {
    INFO(text);
    CHECK_FALSE(parse_key_record(text).valid());
  }
}

TEST_CASE("a pasted name is read over", "[dkim][key_record]") {
  for (const char* prefix : {"s1._domainkey=", "s1._domainkey.example.com ", "zoho._domainkey: ", "zmail._domainkey/",
                             "s1._domainkey TXT ", "s1._domainkey.example.com. IN TXT ", "TXT \"", "n", "name = "}) {
    INFO(prefix);
    const KeyRecord record = parse_key_record(prefix + kGood);
    REQUIRE(record.faults().size() == 1);
    CHECK(record.faults()[0].kind == Kind::pasted_prefix);
    CHECK(record.start() == std::string_view(prefix).size());
    CHECK(record.value(TagId::version) == "DKIM1");
    CHECK(record.value(TagId::key) == test::kRsa2048);
  }
  CHECK(value("v=v=DKIM1; p=", TagId::version) == "DKIM1");
  // A word that reads like a tag of its own is ignored by receivers.
  CHECK(parse_key_record("n" + kGood).valid());
  CHECK_FALSE(parse_key_record("s1._domainkey=" + kGood).valid());
  CHECK_FALSE(parse_key_record(fmt::format("nk=ed25519; p={}", test::kEd25519)).valid());
}

TEST_CASE("tags without a semicolon between them are read apart", "[dkim][key_record]") {
  const std::string key(test::kRsa2048);
  for (const std::string& text :
       {"v=DKIM1 k=rsa; p=" + key, "v=DKIM1k=rsa; p=" + key, "v=DKIM1, k=rsa, p=" + key, "v=DKIM1 k=rsa p=" + key,
        "v=DKIM1; k=rsa p=" + key, "v=DKIM1;k=rsap=" + key, "v=DKIM1; p=" + key + " k=rsa"}) {
    INFO(text);
    CHECK(value(text, TagId::version) == "DKIM1");
    CHECK(value(text, TagId::type) == "rsa");
    CHECK(value(text, TagId::key) == key);
    CHECK(kinds(text).front() == Kind::missing_semicolon);
  }
  // The end of a base64 text is no tag.
  CHECK(value("v=DKIM1; p=AAAA AAp=", TagId::key) == "AAAA AAp=");
  CHECK(value("v=DKIM1; p=AAAA p==", TagId::key) == "AAAA p==");
}

TEST_CASE("other slips are read over, each with its fault", "[dkim][key_record]") {
  CHECK(kinds("v=DKIM1; \"\"p=AAAA") == std::vector{Kind::stray_text});
  CHECK(value("v=DKIM1; \"\"p=AAAA", TagId::key) == "AAAA");
  CHECK(value("\"v=DKIM1\"; p=", TagId::version) == "DKIM1");
  CHECK(value("v=DKIM1;\xC2\xA0k=rsa; p=", TagId::type) == "rsa");
  CHECK(kinds("v:DKIM1; p=") == std::vector{Kind::wrong_separator});
  CHECK(value("v:DKIM1; p=", TagId::version) == "DKIM1");
  CHECK(kinds(fmt::format("v=DKIM1; {}", test::kRsa2048)) == std::vector{Kind::bare_key});
  CHECK(parse_key_record(fmt::format("v=DKIM1; {}", test::kEd25519)).key_tag() != nullptr);
  CHECK(kinds("v=DKIM1; junk; p=") == std::vector{Kind::no_equals});
  CHECK(kinds("v=DKIM1; a-b=1; p=") == std::vector{Kind::bad_name});
  CHECK(kinds("v=DKIM1; =1; p=") == std::vector{Kind::bad_name});
  CHECK(kinds("v=DKIM1; p=; p=") == std::vector{Kind::duplicate});
  CHECK(kinds(std::string_view("v=DKIM1; k=r\0a; p=", 18)) == std::vector{Kind::bad_value});
}

TEST_CASE("canonical text has a fixed order and one spacing", "[dkim][key_record]") {
  CHECK(print(parse_key_record("p=AA AA;t= y : s ;x=1;k=rsa;n=a b;v=DKIM1;h=sha256;s=email;")) ==
        "v=DKIM1; k=rsa; h=sha256; s=email; t=y:s; n=a b; x=1; p=AAAA");
  CHECK(print(parse_key_record("p=AAAA")) == "v=DKIM1; p=AAAA");
  CHECK(print(parse_key_record("v=DKIM1;p=")) == "v=DKIM1; p=");
  CHECK(print(parse_key_record("")) == "v=DKIM1");
}

TEST_CASE("canonical text reads as the same record", "[dkim][key_record]") {
  for (const std::string text : {"", ";", "=", "v=DKIM1 k=rsa p=MIGf", "foo p=MIGfMA0", "a b c; d; p=1; v=2",
                                 "\"\"p=\"x\"", "n=v=DKIM1; k=rsa", "t=:; h=:::", "k=k=k=k=k=", "p:x; v y",
                                 "v=\xE2\x80\x9C"
                                 "DKIM1\xE2\x80\x9D"}) {
    check_round_trip(text);
  }
  // Random lists of the pieces that slips are made of; the seed is fixed, so a failure repeats.
  const std::vector<std::string> pieces{"v=", "DKIM1", ";",  " ", "k=", "rsa", "p=", "MIGfMA0GCSqGSIb3", "\"", "=",
                                        ":",  "h",     "t=", "y", ",",  "n=",  "x",  "s1._domainkey",    "\\", "email"};
  std::mt19937 random(6376);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
    check_round_trip(text);
  }
}

TEST_CASE("hostile records cost little and do not stop the reader", "[dkim][key_record]") {
  std::string tags;
  for (int i = 0; i < 10'000; ++i) tags += "t" + std::to_string(i) + "=1;";
  std::string glued;
  for (int i = 0; i < 20'000; ++i) glued += "k=";
  for (const std::string& text :
       {tags, glued, std::string(65'536, ';'), std::string(65'536, '='), std::string(65'536, '\0'),
        "p=" + std::string(65'534, 'A'), std::string(65'536, '"'), "p=" + std::string(65'534, '"')}) {
    const KeyRecord record = parse_key_record(text);
    CHECK_FALSE(record.valid());
    check_round_trip(text);
  }
}

TEST_CASE("every key of the corpus reads the same after it was printed", "[dkim][corpus]") {
  const auto path = test::shared_data("data/dkim/dkim_keys_classified.tsv");
  if (!path) return;
  std::size_t count = 0;
  for (const auto& row : test::read_tsv(*path)) {
    check_round_trip(row.at(5));
    ++count;
  }
  CHECK(count == 411);
}
