#include <support/catch.hpp>
#include <support/lint.hpp>
#include <support/shared_data.hpp>

#include <envelint/audit/fix.hpp>
#include <envelint/net/prefix_set.hpp>
#include <envelint/spf/record.hpp>

#include <functional>
#include <map>
#include <set>
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

// Calls `check` with the kind and text of every record there is.
void for_each_record(const std::function<void(audit::Kind, const std::string&)>& check) {
  struct Source {
    const char* file;
    audit::Kind kind;
    std::size_t column;
  };
  for (const Source& source : {Source{"data/spf/labelled_spf.tsv", audit::Kind::spf, 8},
                               Source{"data/spf/malformed_spf.tsv", audit::Kind::spf, 8},
                               Source{"data/dkim/dkim_keys_classified.tsv", audit::Kind::dkim, 5},
                               Source{"data/dmarc/dmarc_records.tsv", audit::Kind::dmarc, 3},
                               Source{"data/policies/txt_records.tsv", audit::Kind::mta_sts, 3}}) {
    const auto path = test::shared_data(source.file);
    if (!path) continue;
    for (const auto& row : test::read_tsv(*path)) {
      if (row.size() > source.column) check(source.kind, row[source.column]);
    }
  }
}

// What an SPF record authorises without asking DNS, and whom it asks.
struct Meaning {
  net::PrefixSet pass;
  std::set<std::string> asked;

  friend bool operator==(const Meaning&, const Meaning&) = default;
};

Meaning meaning_of(const std::string& text) {
  Meaning meaning;
  const spf::Record record = spf::parse(text);
  for (const spf::Term& term : record.terms) {
    if (term.is(spf::Mechanism::all)) break;
    const bool address = term.is(spf::Mechanism::ip4) || term.is(spf::Mechanism::ip6);
    if (address && term.qualifier == spf::Qualifier::pass) meaning.pass.add(term.network);
    // `ptr` is the one thing a safe fix takes out on purpose.
    if (!address && !term.is(spf::Mechanism::ptr)) meaning.asked.insert(spf::print(record, term));
  }
  return meaning;
}

}  // namespace

TEST_CASE("mending a real record once is enough, and never breaks it", "[audit][corpus]") {
  for_each_record([](audit::Kind kind, const std::string& value) {
    const dns::Text text(value);
    const std::string mended = audit::fix_value(kind, text, {}, {});
    CAPTURE(value, mended);
    CHECK(audit::fix_value(kind, dns::Text(mended), {}, {}) == mended);
    if (audit::judge_value(kind, text, {}).valid == true) {
      CHECK(audit::judge_value(kind, dns::Text(mended), {}).valid == true);
    }
  });
}

TEST_CASE("mending a valid SPF record changes nothing of what it authorises", "[audit][corpus]") {
  for_each_record([](audit::Kind kind, const std::string& value) {
    if (kind != audit::Kind::spf || !spf::parse(value).valid()) return;
    const std::string mended = audit::fix_value(kind, dns::Text(value), {}, {});
    CAPTURE(value, mended);
    // Terms such as `include=x` or `include:a@b.example` are legal and mean nothing until they are mended.
    if (value.find_first_of("=@\\", 6) == std::string::npos) CHECK(meaning_of(mended) == meaning_of(value));
  });
}

TEST_CASE("a real record that receivers cannot use draws an error", "[audit][corpus]") {
  for_each_record([](audit::Kind kind, const std::string& value) {
    const audit::Judgement judgement = audit::judge_value(kind, dns::Text(value), {});
    CAPTURE(value);
    if (judgement.valid == false) CHECK(has_error(judgement));
  });
}

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
