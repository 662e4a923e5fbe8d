#include <support/catch.hpp>
#include <support/lint.hpp>

#include "keys.hpp"

#include <envelint/audit/judge.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/dkim/key_text.hpp>
#include <envelint/text/ascii.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::dkim;
using Format = KeyTextFormat;

namespace {

PublicKey rsa() { return {KeyAlgorithm::rsa, 2048, *text::base64_decode(test::kRsa2048)}; }
PublicKey ed25519() { return {KeyAlgorithm::ed25519, 256, *text::base64_decode(test::kEd25519)}; }

KeyPublication publication(std::string value, const std::string& selector = "s1",
                           std::string_view domain = "example.com") {
  const dns::Name name = *dns::Name::parse(domain);
  return {selector, name, *dns::Name::parse(selector + "._domainkey")->under(name), std::move(value), 3600};
}

/// The one TXT record that a zone file of this text holds.
dns::Record only_record(const std::string& zone_text) {
  const dns::Zone zone = test::zone(zone_text);
  CAPTURE(zone_text);
  REQUIRE(zone.faults.empty());
  REQUIRE(zone.records.size() == 1);
  return zone.records.front().record;
}

std::string text_of(const dns::Record& record) {
  const auto& text = std::get<dns::Text>(record.data);
  for (const std::string& string : text.strings()) CHECK(string.size() <= 255);
  return std::string(text.joined());
}

/// What quoted strings, as the data of a TXT record, say.
std::string joined(const std::string& quoted) { return text_of(only_record("x TXT " + quoted + "\n")); }

std::string between(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t start = text.find(from) + from.size();
  REQUIRE(start >= from.size());
  return text.substr(start, text.find(to, start) - start);
}

/// The value that each form carries, read back as those who are given it read it.
std::string read_back(const KeyPublication& key, Format format) {
  const std::string text = key_text(key, format);
  switch (format) {
    case Format::value: return std::string(text::trim(text));
    case Format::zone: {
      const dns::Record record = only_record(text);
      CHECK(record.owner == key.owner);
      CHECK(record.ttl == key.ttl);
      return text_of(record);
    }
    case Format::nsupdate: {
      const dns::Record record = only_record(between(text, "update add ", "\nsend\n") + "\n");
      CHECK(record.owner == key.owner);
      return text_of(record);
    }
    case Format::cloudflare: {
      const auto document = nlohmann::json::parse(text);
      CHECK(document["type"] == "TXT");
      CHECK(dns::Name::parse(document["name"].get<std::string>()) == key.owner);
      CHECK(document["ttl"] == key.ttl);
      return joined(document["content"]);
    }
    case Format::route53: {
      const auto document = nlohmann::json::parse(text);
      const auto& set = document["Changes"][0]["ResourceRecordSet"];
      CHECK(document["Changes"][0]["Action"] == "CREATE");
      CHECK(dns::Name::parse(set["Name"].get<std::string>()) == key.owner);
      return joined(set["ResourceRecords"][0]["Value"]);
    }
    case Format::dnscontrol: {
      const auto arguments = nlohmann::json::parse("[" + between(text, "TXT(", ", TTL(") + "]");
      CHECK(dns::Name::parse(arguments[0].get<std::string>())->under(key.domain) == key.owner);
      return arguments[1];
    }
    case Format::octodns: {
      std::string value = between(text, "value: '", "'\n");
      for (std::size_t at = 0; (at = value.find("\\;", at)) != std::string::npos;) value.erase(at, 1);
      return value;
    }
  }
  return {};
}

constexpr std::array kAll{Format::value,   Format::zone,       Format::nsupdate, Format::cloudflare,
                          Format::route53, Format::dnscontrol, Format::octodns};

}  // namespace

TEST_CASE("the record of a key says its version, its type and its key", "[dkim][key_text]") {
  CHECK(key_record_text(ed25519()) == "v=DKIM1; k=ed25519; p=kZvumAz6AW7hga9cOv1NUZXXCKz6RJ3CZHUa3PAOQpc=");
  CHECK(key_record_text(rsa()) == "v=DKIM1; k=rsa; p=" + std::string(test::kRsa2048));
}

TEST_CASE("flags, hash and note stand where the canonical form has them", "[dkim][key_text]") {
  const auto tags = [](const KeyTags& wish) { return between(key_record_text(ed25519(), wish), "k=ed25519; ", "p="); };
  CHECK(tags({.testing = true}) == "t=y; ");
  CHECK(tags({.no_subdomains = true}) == "t=s; ");
  CHECK(tags({.testing = true, .no_subdomains = true, .sha256_only = true, .note = "ask postmaster"}) ==
        "h=sha256; t=y:s; n=ask postmaster; ");
}

TEST_CASE("a note is quoted-printable, so that nothing in it ends the tag or needs an escape", "[dkim][key_text]") {
  const auto note = [](std::string words) {
    return between(key_record_text(ed25519(), {.note = std::move(words)}), "n=", "; p=");
  };
  CHECK(note("a;b=c") == "a=3Bb=3Dc");
  CHECK(note("say \"hi\" \\o/ it's") == "say =22hi=22 =5Co/ it=27s");
  CHECK(note(" Schlüssel\n") == "=20Schl=C3=BCssel=0A");
}

TEST_CASE("a value is cut into as few strings as 255 octets each allow", "[dkim][key_text]") {
  CHECK(in_strings("").strings() == std::vector<std::string>{""});
  CHECK(in_strings(std::string(255, 'x')).strings().size() == 1);
  CHECK(in_strings(std::string(256, 'x')).strings().back() == "x");
  CHECK(in_strings(std::string(510, 'x')).strings().size() == 2);
}

TEST_CASE("the zone form is one record, its strings below each other", "[dkim][key_text]") {
  CHECK(key_text(publication("v=DKIM1; p="), Format::zone) ==
        "s1._domainkey.example.com. 3600 IN TXT \"v=DKIM1; p=\"\n");
  const std::string value = key_record_text(rsa());
  CHECK(key_text(publication(value), Format::zone) == "s1._domainkey.example.com. 3600 IN TXT (\n    \"" +
                                                          value.substr(0, 255) + "\"\n    \"" + value.substr(255) +
                                                          "\" )\n");
}

TEST_CASE("nsupdate adds the record only where there is none", "[dkim][key_text]") {
  CHECK(key_text(publication("v=DKIM1; p="), Format::nsupdate) ==
        "prereq nxrrset s1._domainkey.example.com. IN TXT\n"
        "update add s1._domainkey.example.com. 3600 IN TXT \"v=DKIM1; p=\"\n"
        "send\n");
}

TEST_CASE("every format is known by its word", "[dkim][key_text]") {
  CHECK(parse_key_text_format("route53") == Format::route53);
  CHECK(parse_key_text_format("octodns") == Format::octodns);
  CHECK_FALSE(parse_key_text_format("bind"));
}

TEST_CASE("whatever the key and its tags, every form carries exactly the value", "[dkim][key_text]") {
  std::mt19937 random(20261126);
  const auto octets = [&](std::size_t count) {
    text::Bytes out(count);
    std::ranges::generate(out, [&] { return static_cast<std::uint8_t>(random()); });
    return out;
  };
  for (int round = 0; round < 300; ++round) {
    const bool is_rsa = round % 2 == 0;
    const PublicKey key{is_rsa ? KeyAlgorithm::rsa : KeyAlgorithm::ed25519, 0, octets(is_rsa ? random() % 1100 : 32)};
    const text::Bytes note = octets(random() % 60);
    const KeyTags tags{random() % 2 == 0, random() % 2 == 0, random() % 2 == 0, std::string(note.begin(), note.end())};
    const std::string value = key_record_text(key, tags);
    CAPTURE(value);
    CHECK(print(parse_key_record(value)) == value);
    CHECK(std::ranges::all_of(value, [](char c) { return c == ' ' || (text::is_vchar(c) && c != '"' && c != '\\'); }));
    const std::string selector = round % 3 == 0 ? "2026-11" : round % 3 == 1 ? "s-ed25519" : "mail.eu";
    for (const Format format : kAll) CHECK(read_back(publication(value, selector), format) == value);
  }
}

TEST_CASE("a record that is made has no finding but those about the wish itself", "[dkim][key_text]") {
  const auto codes = [](const PublicKey& key, const KeyTags& tags) {
    return test::record_codes(key_record_text(key, tags), "s1._domainkey.example.com");
  };
  CHECK(codes(rsa(), {}).empty());
  CHECK(codes(ed25519(), {.sha256_only = true, .note = "rotate; in = \"May\" Ä"}).empty());
  CHECK(codes(rsa(), {.testing = true, .no_subdomains = true}) == "DKIM028");
}
