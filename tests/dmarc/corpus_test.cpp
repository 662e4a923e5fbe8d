#include "support.hpp"

#include <support/catch.hpp>
#include <support/shared_data.hpp>

#include <map>
#include <string>
#include <vector>

using namespace dmarc_test;

TEST_CASE("real DMARC records are read, printed and read again", "[dmarc][corpus]") {
  const auto path = test::shared_data("data/dmarc/dmarc_records.tsv");
  if (!path) return;
  std::map<std::string, int> counts;
  int records = 0;
  int invalid = 0;
  for (const auto& row : test::read_tsv(*path)) {
    REQUIRE(row.size() == 4);
    ++records;
    const Record record = envelint::dmarc::parse(row[3]);
    INFO(row[3]);
    CHECK(envelint::dmarc::parse(envelint::dmarc::print(record)) == record);
    if (!record.valid()) ++invalid;
    for (const Finding& finding : check(row[3], row[1])) {
      ++counts[std::string(envelint::finding::entry(finding.code).id)];
    }
  }
  std::string text;
  for (const auto& [code, count] : counts) text += code + " " + std::to_string(count) + "\n";
  INFO(text);
  CHECK(records == 692);
  // Counted by hand: 25 begin with `_dmarc`, 2 are another service's, one each has `nv=`, a space before it and tags
  // twice, 2 have `v=dmarc1`, and 3 are a bare `v=DMARC1`, two of them rightly so under `_report._dmarc`.
  CHECK(invalid == 35);
  CHECK(counts["DMARC003"] == 2);
  CHECK(counts["DMARC004"] == 28);
  CHECK(counts["DMARC005"] == 1);
  CHECK(counts["DMARC010"] == 1);
  CHECK(counts["DMARC020"] == 1);
}

TEST_CASE("what people corrected in real zones is found, and the fix leads to what they wrote", "[dmarc][corpus]") {
  struct Correction {
    std::string before;
    std::string code;
    std::string after;  // empty: the finding has to be there, the fix is not ours to know
  };
  const std::vector<Correction> corrections{
      {"v=dmarc1;p=reject;sp=reject;rua=mailto:reports@dmarc.service.gov.uk", "003",
       "v=DMARC1;p=reject;sp=reject;rua=mailto:reports@dmarc.service.gov.uk"},
      {"v=DMARC1; p=reject; v=DMARC1; p=none; rua=mailto:reports@dmarc.brevo.com", "010",
       "v=DMARC1; p=reject; rua=mailto:reports@dmarc.brevo.com"},
      {"v=DMARC1; p=reject;", "050", ""},
      {"v=DMARC1; p=none;", "025", ""},
      {"v=DMARC1;p=reject;rua=mailto:<example dmarc email address>;", "052", ""},
      {"v=DMARC1; p=none; rua=mailto:reports@gmail.com", "063", ""},
      {"v=DMARC1; p=reject; rua=dmarcreports@gsa.gov; ruf=dmarcfailures@gsa.gov; fo=1; ri=86400", "051",
       "v=DMARC1; p=reject; rua=mailto:dmarcreports@gsa.gov; ruf=dmarcfailures@gsa.gov; fo=1; ri=86400"},
      {"v=DMARC1; p=none; pct=10; fo=1; ri=86400; rua=mailto:reports@gsa.gov,mailto:reports@dmarc.cyber.dhs.gov; "
       "ruf=mailto:reports@gsa.gov",
       "024", ""},
  };
  for (const Correction& correction : corrections) {
    INFO(correction.before);
    const auto findings = check(correction.before);
    CHECK(find(findings, correction.code) != nullptr);
    if (!correction.after.empty()) CHECK(fixed(correction.before, correction.code) == correction.after);
  }
  const auto path = test::shared_data("data/fixes_before_after.tsv");
  if (!path) return;
  const auto rows = test::read_tsv(*path);
  for (const Correction& correction : corrections) {
    INFO(correction.before);
    CHECK(std::ranges::any_of(rows, [&](const auto& row) { return row.size() > 4 && row[3] == correction.before; }));
  }
}
