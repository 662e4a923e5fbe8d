#include <envelint/dmarc/record.hpp>

#include <support/catch.hpp>

#include <string>

using namespace envelint::dmarc;

namespace {
UsablePolicy usable(std::string_view text, Receiver receiver = Receiver::rfc9989) {
  const auto policy = parse(text).usable_policy(receiver);
  REQUIRE(policy.has_value());
  return *policy;
}
}  // namespace

TEST_CASE("a record keeps its tags with their places", "[dmarc][record]") {
  const Record record = parse("v=DMARC1; p = reject ;rua=mailto:a@example.com!10m, mailto:b@example.com; x=1");
  REQUIRE(record.tags.size() == 4);
  CHECK(record.valid());
  CHECK(record.at(record.tags[1].span) == "p = reject");
  CHECK(record.at(record.tags[1].value) == "reject");
  CHECK(record.tags[3].key == Key::unknown);
  REQUIRE(record.uris.size() == 2);
  CHECK(record.at(record.uris[0].address) == "a@example.com");
  CHECK(record.at(record.uris[0].host) == "example.com");
  REQUIRE(record.uris[0].limit.has_value());
  CHECK(record.uris[0].limit->bytes == 10 * 1024 * 1024);
  CHECK(record.at(record.uris[1].span) == "mailto:b@example.com");
}

TEST_CASE("every tag has its typed value, keywords in any case", "[dmarc][record]") {
  const Values values =
      parse("v=DMARC1; p=REJECT; sp=Quarantine; np=none; adkim=S; aspf=r; fo=1:d; psd=U; t=Y; pct=07; ri=86400").read;
  CHECK(values.p == Policy::reject);
  CHECK(values.sp == Policy::quarantine);
  CHECK(values.np == Policy::none);
  CHECK(values.adkim == Alignment::strict);
  CHECK(values.aspf == Alignment::relaxed);
  CHECK(values.fo == FailureOptions{.any_fail = true, .dkim = true});
  CHECK(values.psd == Psd::unspecified);
  CHECK(values.t == true);
  CHECK(values.pct == 7);
  CHECK(values.ri == 86400U);
}

TEST_CASE("only a record that begins with v=DMARC1 is one", "[dmarc][record]") {
  for (const char* text : {"v=DMARC1", "v=DMARC1;", "V=DMARC1;p=none", "v = DMARC1 ; p=none", "v=DMARC1\t;\tp=none"}) {
    INFO(text);
    CHECK(parse(text).version_ok());
  }
  for (const char* text : {"",
                           " ",
                           ";",
                           "v",
                           "v=",
                           "v=dmarc1; p=none",
                           "v=DMARC; p=none",
                           "v=DMARC2; p=none",
                           "v=DMARC1 p=none",
                           "v=DMARC1, p=none",
                           "v=DMARC1\\; p=none",
                           "DMARC1; p=none",
                           "v=DMARC10",
                           "p=none; v=DMARC1",
                           " v=DMARC1; p=none",
                           "\"v=DMARC1; p=none\"",
                           "nv=DMARC1; p=none",
                           "_dmarc v=DMARC1; p=none",
                           "v==DMARC1; p=none",
                           "v=spf1 -all"}) {
    INFO(text);
    CHECK_FALSE(parse(text).version_ok());
    CHECK_FALSE(parse(text).valid());
  }
}

TEST_CASE("a record is valid if a policy can be taken from it", "[dmarc][record]") {
  for (const char* text : {
           "v=DMARC1; p=none",
           "v=DMARC1;p=reject;",
           "v=DMARC1; rua=mailto:a@example.com",
           "v=DMARC1; p=rejct; rua=mailto:a@example.com",
           "v=DMARC1; p=reject; sp=x; rua=mailto:a@example.com",
           "v=DMARC1; adkim=s; p=quarantine",
           "v=DMARC1; p=none; rua=bad",
           "v=DMARC1; p=none; junk; fo=zzz; pct=900",
           "v=DMARC1; ; p=none",
           "v=DMARC1; p=none; rua=https://example.com/x",
       }) {
    INFO(text);
    CHECK(parse(text).valid());
  }
  for (const char* text : {
           "v=DMARC1",
           "v=DMARC1; p=",
           "v=DMARC1; p=rejct",
           "v=DMARC1; p:none",
           "v=DMARC1; P=none",
           "v=DMARC1; p=reject; sp=x",
           "v=DMARC1; p=reject; np=x",
           "v=DMARC1; p=none, sp=none",
           "v=DMARC1; p=none\\;",
           "v=DMARC1; rua=a@example.com",
           "v=DMARC1; ruf=mailto:a@example.com",
           "v=DMARC1; p=none; p=reject",
           "v=DMARC1; p=none; v=DMARC1; p=none",
       }) {
    INFO(text);
    CHECK_FALSE(parse(text).valid());
  }
}

TEST_CASE("the two generations of receivers read a record differently", "[dmarc][record]") {
  const char* const text = "v=DMARC1; p=reject; sp=quarantine; np=none; t=y; pct=20";
  CHECK(usable(text) ==
        UsablePolicy{.p = Policy::reject, .sp = Policy::quarantine, .np = Policy::none, .testing = true});
  CHECK(usable(text, Receiver::rfc7489) ==
        UsablePolicy{.p = Policy::reject, .sp = Policy::quarantine, .np = Policy::quarantine, .pct = 20});
  CHECK(usable("v=DMARC1; p=quarantine").np == Policy::quarantine);

  const char* const bad_np = "v=DMARC1; p=reject; np=x";
  CHECK_FALSE(parse(bad_np).usable_policy(Receiver::rfc9989));
  CHECK(usable(bad_np, Receiver::rfc7489).p == Policy::reject);
}

TEST_CASE("an invalid sp with an address for reports counts as p=none", "[dmarc][record]") {
  const UsablePolicy policy = usable("v=DMARC1; p=reject; sp=x; adkim=s; rua=mailto:a@example.com");
  CHECK(policy.fallback);
  CHECK(policy.p == Policy::none);
  CHECK(policy.sp == Policy::none);
  CHECK(policy.adkim == Alignment::strict);
}

TEST_CASE("fo takes each option once, and not both 0 and 1", "[dmarc][record]") {
  for (const char* value : {"0", "1", "d", "s", "d:s", "s:d", "0:d:s", "1:s", "d:1:s", "d:s:0", "D:S"}) {
    INFO(value);
    CHECK(parse(std::string("v=DMARC1; p=none; fo=") + value).read.fo.has_value());
  }
  for (const char* value : {"", "0:1", "2", "d:d", "0:0", "1,d", "1:", ":1", "1 :d", "0d"}) {
    INFO(value);
    CHECK_FALSE(parse(std::string("v=DMARC1; p=none; fo=") + value).read.fo.has_value());
  }
}

TEST_CASE("what is meant is seen through wrong separators", "[dmarc][record]") {
  for (const char* text : {
           "v=DMARC1, p=reject, sp=none, rua=mailto:a@example.com",
           "v=DMARC1 p=reject sp=none rua=mailto:a@example.com",
           "v=DMARC1: p=reject: sp=none: rua=mailto:a@example.com",
           "v=DMARC1\xEF\xBC\x9Bp=reject\xEF\xBC\x9B sp=none; rua=mailto:a@example.com\xEF\xBC\x9B",
           "v=DMARC1\\; p=reject\\; sp=none\\; rua=mailto:a@example.com\\;",
           "v=DMARC1; p=rejectsp=none;rua=mailto:a@example.com",
           "v=DMARC1|p=reject|sp=none; rua=mailto:a@example.com",
           "v=DMARC1.p=reject. sp=none; rua=mailto:a@example.com",
       }) {
    INFO(text);
    const Record record = parse(text);
    CHECK(record.meant.p == Policy::reject);
    CHECK(record.meant.sp == Policy::none);
    CHECK_FALSE(record.read.p.has_value());
    REQUIRE(record.uris.size() == 1);
    CHECK(record.at(record.uris[0].address) == "a@example.com");
  }
  const Record comma = parse("v=DMARC1; rua=mailto:a@example.com, p=reject");
  CHECK(comma.has_usable_rua());
  const Record space = parse("v=DMARC1; rua=mailto:a@example.com p=reject");
  CHECK_FALSE(space.has_usable_rua());
}

TEST_CASE("signs inside a value are not separators", "[dmarc][record]") {
  const Record record = parse("v=DMARC1; p=none; rua=https://example.com/a?p=1,mailto:p=x@example.com; note=a:p=b");
  CHECK(record.tags.size() == 4);
  CHECK(record.uris.size() == 2);
  CHECK(record.valid());
}

TEST_CASE("the record's own name before it is seen through", "[dmarc][record]") {
  for (const char* text :
       {"_dmarc v=DMARC1; p=none", "_dmarc=v=DMARC1; p=none", "_dmarc: v=DMARC1; p=none", "_dmarc.v=DMARC1; p=none",
        "_dmarc.example.com. 3600 IN TXT \"v=DMARC1; p=none\"", "nv=DMARC1; p=none", "_dmarc= v=DMARC1; p=none"}) {
    INFO(text);
    const Record record = parse(text);
    CHECK(record.intended());
    CHECK(record.meant.p == Policy::none);
    REQUIRE_FALSE(record.tags.empty());
    CHECK(record.at(record.tags[0].span) == "v=DMARC1");
    CHECK_FALSE(record.valid());
  }
}

TEST_CASE("a stray TXT record was not intended to be DMARC", "[dmarc][record]") {
  CHECK_FALSE(parse("sl-verification=dbpgreeqailirhyinpatpewbtegyca").intended());
  CHECK_FALSE(parse("v=spf1 include:_spf.dmarc.example -all").intended());
  CHECK_FALSE(parse("v=DKIM1; p=MIGf").intended());
  CHECK_FALSE(parse("").intended());
  CHECK(parse("v=dmarc1").intended());
  CHECK(parse("p=none; rua=mailto:a@example.com").intended());
  CHECK(parse("DMARC1; p=none").intended());
}

TEST_CASE("a record is printed evenly and reads the same again", "[dmarc][record]") {
  CHECK(print(parse("v=DMARC1;p = NONE ;;rua=mailto:a@example.com , mailto:b@example.com;")) ==
        "v=DMARC1; p=none; rua=mailto:a@example.com,mailto:b@example.com");
  CHECK(print(parse("v=DMARC1, p=None; X=Y")) == "v=DMARC1, p=None; X=Y");
  for (const char* text :
       {"v=DMARC1 ; p = reject", "\"v=DMARC1; p=none;\"", "\"v=DMARC1; p=none\" ; ", "_dmarc v=DMARC1; p:none; q",
        "v=DMARC1\\; p=none\\;", "v=DMARC1; p==none; =x; rua=a@b.c;mailto:d@e.f",
        "v=DMARC1; p=nonerua=mailto:a@b.c d@e.f", "p=none", "x", "v=DMARC1; rua=mailto:a,b@example.com,",
        "v=DMARC1; rua=mailto:a ,\tb@example.com", "v=DMARC1; polic=none; ruas=", "v=DMARC1\xEF\xBC\x9Bp=none"}) {
    INFO(text);
    const Record record = parse(text);
    CHECK(parse(print(record)) == record);
    CHECK(print(parse(print(record))) == print(record));
  }
}

TEST_CASE("the canonical record has the usual order and nothing superfluous", "[dmarc][record]") {
  CHECK(canonical(
            parse("v=DMARC1; rua=mailto:a@example.com; fo=0; adkim=r; aspf=s; sp=reject; pct=100; x=1; p=REJECT")) ==
        "v=DMARC1; p=reject; aspf=s; rua=mailto:a@example.com");
}
