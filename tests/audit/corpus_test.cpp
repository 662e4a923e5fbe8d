#include <support/catch.hpp>
#include <support/lint.hpp>
#include <support/shared_data.hpp>

#include <map>
#include <string>

using namespace envelint;

namespace {

const std::map<std::string, audit::Kind, std::less<>> kKinds{{"spf", audit::Kind::spf},
                                                             {"dkim", audit::Kind::dkim},
                                                             {"dmarc", audit::Kind::dmarc},
                                                             {"mta-sts", audit::Kind::mta_sts},
                                                             {"tls-rpt", audit::Kind::tls_rpt}};

audit::Judgement judge(const std::string& type, const std::string& value) {
  return audit::judge_value(kKinds.at(type), dns::Text(value), {});
}

bool has_error(const audit::Judgement& judgement) {
  return std::ranges::any_of(judgement.findings, [](const finding::Finding& finding) {
    return finding.severity == finding::Severity::error;
  });
}

}  // namespace

TEST_CASE("every real correction from unusable to usable had an error to show for it", "[audit][corpus]") {
  const auto path = test::shared_data("data/fixes_before_after.tsv");
  if (!path) return;
  std::size_t corrections = 0;
  for (const auto& row : test::read_tsv(*path)) {
    REQUIRE(row.size() >= 5);
    const audit::Judgement before = judge(row[2], row[3]);
    const audit::Judgement after = judge(row[2], row[4]);
    if (before.valid != false || after.valid != true) continue;
    ++corrections;
    CAPTURE(row[3], row[4]);
    CHECK(has_error(before));
    CHECK_FALSE(has_error(after));
  }
  CHECK(corrections > 10);
}
