#include <support/catch.hpp>

#include <envelint/audit/fix.hpp>
#include <envelint/audit/judge.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using audit::Kind;

namespace {

std::vector<std::string_view> codes_of(std::string_view value) {
  std::vector<std::string_view> codes;
  const audit::DomainReport report = audit::judge_record("", dns::Text(std::string(value)), std::nullopt);
  for (const auto& finding : report.findings) codes.push_back(entry(finding.code).id);
  return codes;
}

std::string fixed(Kind kind, std::string_view value) {
  return audit::fix_value(kind, dns::Text(std::string(value)), "", {});
}

}  // namespace

TEST_CASE("a whole zone line pasted as a record loses its name and both its quotes", "[audit]") {
  CHECK(fixed(Kind::spf, R"(example.com. 3600 IN TXT "v=spf1 mx -all")") == "v=spf1 mx -all");
  CHECK(fixed(Kind::dmarc, R"(_dmarc.example.com. IN TXT "v=DMARC1; p=reject; rua=mailto:a@example.com")") ==
        "v=DMARC1; p=reject; rua=mailto:a@example.com");
  const std::string key = "v=DKIM1; k=ed25519; p=Jb1WYQWcF2t6Jm3M2cYzZ9m0m4C2l3v8k1r6s5t7u9w=";
  CHECK(fixed(Kind::dkim, "s1._domainkey.example.com. IN TXT \"" + key + "\"") == key);
}

TEST_CASE("one MX record alone is judged by its own two words", "[audit]") {
  CHECK(codes_of("10 mail.example.com.").empty());
  CHECK(codes_of("10 192.0.2.1") == std::vector<std::string_view>{"MX008"});
  CHECK(codes_of("5 .") == std::vector<std::string_view>{"MX005"});
  CHECK(fixed(Kind::mx, "5 .") == "0 .");
}

TEST_CASE("a TLSA record that senders cannot use is not valid", "[audit]") {
  const auto valid = [](std::string_view value) {
    return audit::judge_value(Kind::tlsa, dns::Text(std::string(value)), "").valid;
  };
  CHECK(valid("3 1 1 " + std::string(64, 'a')) == true);
  CHECK(valid("3 1 1 " + std::string(40, 'a')) == false);
}
