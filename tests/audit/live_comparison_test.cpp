#include <support/catch.hpp>

#include <envelint/audit/live_comparison.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <vector>

namespace {

using namespace envelint;

dns::Zone zone_of(std::string_view text) {
  return dns::read_zone({.path = "z", .content = std::string(text), .identity = {}}, {});
}

std::vector<std::string> differences(std::string_view file_text, std::string_view live_text) {
  const dns::Zone file_zone = zone_of(file_text);
  dns::ZoneResolver file(file_zone);
  dns::FakeResolver live(live_text);
  auto questions = audit::mail_questions(file_zone, *dns::Name::parse("example.com"));
  std::vector<std::string> out;
  for (const auto& one : task::sync_wait(audit::compare_with_live(file, live, std::move(questions)))) {
    out.push_back(one.query.name.to_string() + " " + std::string(to_string(one.query.type)));
  }
  return out;
}

constexpr std::string_view kZone = R"(example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 mx -all"
mx.example.com. A 192.0.2.1
s1._domainkey.example.com. TXT "v=DKIM1; p=AAAA"
s2._domainkey.example.com. CNAME s2.dkim.provider.example.
)";

}  // namespace

TEST_CASE("equal answers are no difference, in whatever order and letter case") {
  CHECK(differences(kZone, R"(s2._domainkey.example.com. CNAME S2.dkim.provider.example.
MX.example.com. A 192.0.2.1
example.com. TXT "v=spf1 " "mx -all"
example.com. MX 10 MX.Example.com.
s1._domainkey.example.com. TXT "v=DKIM1; p=AAAA"
)")
            .empty());
}

TEST_CASE("text that is not about mail may differ") {
  CHECK(differences(kZone, std::string(kZone) + "example.com. TXT \"site-verification=4711\"\n").empty());
}

TEST_CASE("every changed, missing and additional mail record is a difference") {
  CHECK(differences(kZone, R"(example.com. MX 10 mx.example.com.
example.com. TXT "v=spf1 -all"
mx.example.com. A 192.0.2.2
_dmarc.example.com. TXT "v=DMARC1; p=none"
s2._domainkey.example.com. CNAME s2.dkim.other.example.
)") == std::vector<std::string>{"example.com TXT", "_dmarc.example.com TXT", "mx.example.com A",
                                "s1._domainkey.example.com TXT", "s2._domainkey.example.com TXT"});
}

TEST_CASE("what live DNS does not answer is not said to differ") {
  CHECK(differences(kZone, R"(;! timeout example.com.
;! servfail mx.example.com.
;! refused s1._domainkey.example.com.
s2._domainkey.example.com. CNAME s2.dkim.provider.example.
)")
            .empty());
}

TEST_CASE("a zone of very many selectors costs a bounded number of questions") {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "s" + std::to_string(i) + "._domainkey.example.com. TXT \"p=\"\n";
  CHECK(audit::mail_questions(zone_of(text), *dns::Name::parse("example.com")).size() == 500);
}
