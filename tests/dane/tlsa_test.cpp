#include <support/catch.hpp>
#include <support/findings.hpp>

#include <envelint/dane/tlsa_record.hpp>
#include <envelint/dane/tlsa_rules.hpp>

#include <string>
#include <vector>

using namespace envelint;
using finding::Findings;
using Lines = std::vector<std::string>;

namespace {

const std::string kSha256(64, 'a');
const std::string kSha512(128, 'b');

Findings lint(std::string_view text) {
  Findings out;
  dane::check_record(text, dane::parse_tlsa(text), out);
  return out;
}

Lines found(std::string_view text) { return test::shown(text, lint(text)); }

dns::Tlsa tlsa(std::uint8_t usage, std::uint8_t selector, std::uint8_t matching, std::size_t size) {
  return {usage, selector, matching, text::Bytes(size, 0xAB)};
}

Lines found_in(const std::vector<dns::Tlsa>& records) {
  Findings out;
  dane::check_rrset(records, out);
  return test::shown("", out);
}

}  // namespace

TEST_CASE("a record is read with the places of its parts", "[dane]") {
  const std::string text = "3 1  1 ( abcd EF01 )";
  const dane::TlsaRecord record = dane::parse_tlsa(text);
  CHECK(record.valid());
  CHECK(record.usage.value == 3);
  CHECK(text::slice(text, record.matching.span) == "1");
  CHECK(text::slice(text, record.data) == "abcd EF01");
  CHECK(record.octets == text::Bytes{0xAB, 0xCD, 0xEF, 0x01});
  CHECK(dane::print({3, 1, 1, {0xAB, 0x0D}}) == "3 1 1 ab0d");
}

TEST_CASE("the usual records have no findings", "[dane]") {
  CHECK(found("3 1 1 " + kSha256).empty());
  CHECK(found("2 1 1 " + kSha256).empty());
  CHECK(found("2 0 1 " + kSha256).empty());
  CHECK(found("3 1 2 " + kSha512).empty());
}

TEST_CASE("numbers out of range are underlined", "[dane]") {
  CHECK(found("4 1 1 " + kSha256) == Lines{"TLSA006 \"4\""});
  CHECK(found("3 2 1 " + kSha256) == Lines{"TLSA008 \"2\""});
  CHECK(found("3 1 3 " + kSha256) == Lines{"TLSA009 \"3\""});
  CHECK(found("99999999999 1 1 " + kSha256) == Lines{"TLSA006 \"99999999999\""});
}

TEST_CASE("names in place of numbers are known", "[dane]") {
  const std::string text = "DANE-EE SPKI SHA2-256 " + kSha256;
  CHECK(found(text) == Lines{"TLSA006 \"DANE-EE\"", "TLSA008 \"SPKI\"", "TLSA009 \"SHA2-256\""});
  CHECK(test::mended(text, lint(text)) == "3 1 1 " + kSha256);
}

TEST_CASE("usages for the web are no use for mail", "[dane]") {
  const std::string text = "1 1 1 " + kSha256;
  CHECK(found(text) == Lines{"TLSA007 \"1\""});
  CHECK(test::mended(text, lint(text)) == "3 1 1 " + kSha256);
  CHECK(test::mended("0 0 1 " + kSha256, lint("0 0 1 " + kSha256)) == "2 0 1 " + kSha256);
}

TEST_CASE("data that cannot be the digest it should be is an error", "[dane]") {
  CHECK(found("3 1 1 " + kSha256.substr(2)) == Lines{"TLSA010 \"" + kSha256.substr(2) + "\""});
  CHECK(found("3 1 1 " + kSha256.substr(1)) == Lines{"TLSA010 \"" + kSha256.substr(1) + "\""});
  CHECK(found("3 1 1 " + kSha512).size() == 1);
  CHECK(found("3 1 2 " + kSha256).size() == 1);
  CHECK(found("3 1 1 ab:cd") == Lines{"TLSA010 \":\""});
  CHECK(found("3 1 1 -----BEGIN") == Lines{"TLSA010 \"-----\""});
  CHECK(found("3 1 1") == Lines{"TLSA010 \"\""});
  CHECK(found("") == Lines{"TLSA006 \"\""});
  CHECK(found("3") == Lines{"TLSA008 \"\""});
}

TEST_CASE("full data has to be as long as it says", "[dane]") {
  CHECK(found("3 1 0 30020500") == Lines{"TLSA013 \"0\""});
  CHECK(found("3 1 0 300205") == Lines{"TLSA010 \"300205\"", "TLSA013 \"0\""});
  CHECK(found("3 1 0 " + kSha256) == Lines{"TLSA010 \"" + kSha256 + "\"", "TLSA013 \"0\""});
}

TEST_CASE("a pinned certificate breaks at its renewal", "[dane]") {
  CHECK(found("3 0 1 " + kSha256) == Lines{"TLSA011 \"3 0\""});
}

TEST_CASE("the records of a name are judged together", "[dane]") {
  CHECK(found_in({tlsa(3, 1, 1, 32), tlsa(3, 1, 1, 32)}).empty());
  CHECK(found_in({tlsa(3, 1, 1, 32), tlsa(2, 1, 1, 32)}).empty());
  CHECK(found_in({tlsa(2, 1, 1, 32)}).empty());
  CHECK(found_in({tlsa(3, 1, 1, 32)}) == Lines{"TLSA016 \"\""});
  CHECK(found_in({tlsa(3, 1, 2, 64), tlsa(3, 1, 2, 64)}) == Lines{"TLSA014 \"\""});
  CHECK(found_in({tlsa(3, 1, 2, 64), tlsa(3, 1, 1, 32)}).empty());
  CHECK(found_in({tlsa(1, 1, 1, 32)}).empty());
  CHECK(found_in({}).empty());
}
