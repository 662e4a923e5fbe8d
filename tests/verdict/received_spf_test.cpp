#include <envelint/verdict/received_spf.hpp>

#include "hostile.hpp"

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <support/catch.hpp>

#include <string>

using namespace envelint;

namespace {

constexpr std::string_view kZone = R"(
example.com.      TXT "v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"
strict.example.   TXT "v=spf1 -all"
silent.example.   TXT "v=spf1 ip4:198.51.100.1"
broken.example.   TXT "v=spf1 ip4:192.0.2"
mail.example.com. TXT "v=spf1 a -all"
mail.example.com. A   192.0.2.1
)";

std::string field(std::string_view ip, std::string mail_from, std::string helo = "mail.example.com") {
  dns::FakeResolver dns{std::string(kZone)};
  const spf::CheckRequest request(*net::Address::parse(ip), std::move(mail_from), std::move(helo));
  return verdict::received_spf_field(task::sync_wait(spf::check_host(dns, request)), request, "mx.example.org");
}

}  // namespace

TEST_CASE("a pass says who permits whom, and by what", "[verdict][received_spf]") {
  CHECK(field("192.0.2.1", "jo@example.com") ==
        "Received-SPF: pass (mx.example.org: example.com permits 192.0.2.1)\r\n"
        " identity=mailfrom; client-ip=192.0.2.1; receiver=mx.example.org;\r\n"
        " envelope-from=\"jo@example.com\"; helo=mail.example.com;\r\n"
        " mechanism=\"ip4:192.0.2.0/24\"\r\n");
}

TEST_CASE("an address of IPv6 is quoted, and an IPv4-mapped one is one of IPv4", "[verdict][received_spf]") {
  CHECK(field("2001:db8::1", "jo@example.com").contains("client-ip=\"2001:db8::1\";"));
  CHECK(field("::ffff:192.0.2.1", "jo@example.com").contains("client-ip=192.0.2.1;"));
}

TEST_CASE("every result has its words", "[verdict][received_spf]") {
  CHECK(field("198.51.100.7", "jo@example.com")
            .starts_with("Received-SPF: softfail (mx.example.org: example.com probably does not"));
  CHECK(field("198.51.100.7", "jo@strict.example")
            .starts_with("Received-SPF: fail (mx.example.org: strict.example does not permit"));
  const std::string silent = field("192.0.2.1", "jo@silent.example");
  CHECK(silent.starts_with("Received-SPF: neutral (mx.example.org: silent.example says nothing"));
  CHECK(silent.contains("mechanism=default"));
  const std::string none = field("192.0.2.1", "jo@none.example");
  CHECK(none.starts_with("Received-SPF: none (mx.example.org: none.example "));
  CHECK_FALSE(none.contains("mechanism="));
}

TEST_CASE("an error says what the problem is", "[verdict][received_spf]") {
  const std::string broken = field("192.0.2.1", "jo@broken.example");
  CHECK(broken.starts_with("Received-SPF: permerror (mx.example.org: "));
  CHECK(broken.contains("problem=\""));
  CHECK_FALSE(broken.contains("mechanism="));
}

TEST_CASE("a bounce is known by its HELO name", "[verdict][received_spf]") {
  const std::string bounce = field("192.0.2.1", "");
  CHECK(bounce.starts_with("Received-SPF: pass (mx.example.org: mail.example.com permits 192.0.2.1)"));
  CHECK(bounce.contains("identity=helo;"));
  CHECK_FALSE(bounce.contains("envelope-from"));
}

TEST_CASE("nothing that a sender gives becomes a field or a pair", "[verdict][received_spf][hostile]") {
  for (const std::string_view hostile : test::kHostile) {
    CAPTURE(hostile);
    const std::string text(hostile);
    spf::CheckResult result;
    for (const auto verdict : {spf::Verdict::pass, spf::Verdict::permerror}) {
      result.verdict = verdict;
      result.domain = result.mechanism = result.reason = text;
      const spf::CheckRequest request(net::Address(), text, text);
      const std::string out = verdict::received_spf_field(result, request, text);
      test::check_field(out);
      CHECK(std::ranges::count(out, '(') >= 1);
      const std::string_view words = std::string_view(out).substr(0, out.find("identity="));
      CHECK(std::ranges::count(words, ')') == 1);
    }
  }
}
