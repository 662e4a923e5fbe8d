#include <support/catch.hpp>
#include <support/json_zone.hpp>
#include <support/shared_data.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/spf/check_host.hpp>
#include <envelint/task/sync_wait.hpp>

#include <nlohmann/json.hpp>

#include <fstream>
#include <string>
#include <vector>

namespace {

using namespace envelint;
using spf::Outcome;
using spf::Verdict;

spf::CheckResult check(dns::Resolver& dns, std::string_view ip, std::string sender, std::string helo = "h.example") {
  spf::CheckRequest request(net::Address::parse(ip).value(), std::move(sender), std::move(helo));
  request.trace = true;
  return task::sync_wait(spf::check_host(dns, std::move(request)));
}

spf::CheckResult check(std::string_view zone, std::string_view ip, std::string sender = "a@example.com") {
  dns::FakeResolver dns(zone);
  return check(dns, ip, std::move(sender));
}

std::vector<std::string> terms(const spf::CheckResult& result) {
  std::vector<std::string> out;
  for (const spf::Step& step : result.steps) out.push_back(step.term);
  return out;
}

}  // namespace

TEST_CASE("check_host agrees with two evaluators on real records") {
  const auto cases = test::shared_data("data/spf/eval_cases.jsonl");
  const auto zone_file = test::shared_data("data/spf/eval_zone.json");
  if (!cases || !zone_file) return;
  test::JsonZone dns(nlohmann::json::object());
  const auto records = nlohmann::json::parse(test::slurp(*zone_file));
  for (const auto& [text, record] : records.items()) {
    if (const auto name = dns::Name::parse(text)) dns.set_text(*name, record.get<std::string>());
  }
  std::ifstream in(*cases);
  std::size_t agreed = 0;
  std::vector<std::string> apart;
  for (std::string line; std::getline(in, line);) {
    const auto entry = nlohmann::json::parse(line);
    const auto domain = dns::Name::parse(entry.at("domain").get<std::string>()).value();
    dns.set_text(domain, entry.at("record").get<std::string>());
    for (const auto& one : entry.at("cases")) {
      const auto result = check(dns, one.at("ip").get<std::string>(), "postmaster@" + domain.to_string());
      const std::string verdict(to_string(result.verdict));
      INFO(domain.to_string() << " " << one.dump() << " " << verdict << ": " << result.reason);
      CHECK(verdict == one.at("pyspf").get<std::string>());
      if (verdict == one.at("mailauth").get<std::string>()) {
        ++agreed;
      } else {
        apart.push_back(domain.to_string());
        // RFC 7208 §4.6: "if there are any syntax errors anywhere in the record, check_host() returns immediately with
        // the result permerror"; the other evaluator stops at the first term that matches.
        CHECK(result.verdict == Verdict::permerror);
        CHECK(result.reason.find("syntax error") != std::string::npos);
      }
    }
    dns.erase(domain);
  }
  CHECK(agreed > 3000);
  CHECK(apart.size() == 3);
}

TEST_CASE("the trace names every term in order with the counts so far") {
  const auto result = check(R"(
    example.com.      TXT "v=spf1 a:gone.example include:_spf.example.net mx ip4:192.0.2.0/24 -all"
    example.com.      MX  10 mx.example.com.
    mx.example.com.   A   198.51.100.1
    _spf.example.net. TXT "v=spf1 exists:%{ir}.list.example ?all"
  )",
                            "192.0.2.7");
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.mechanism == "ip4:192.0.2.0/24");
  CHECK(result.path == std::vector<std::string>{"example.com"});
  CHECK(result.lookups == 4);
  CHECK(result.void_lookups == 2);
  CHECK(terms(result) == std::vector<std::string>{"a:gone.example", "include:_spf.example.net",
                                                  "exists:%{ir}.list.example", "?all", "mx", "ip4:192.0.2.0/24",
                                                  "-all"});
  CHECK(result.steps[0].asked.at(0).answer == "does not exist");
  CHECK(result.steps[0].asked.at(0).is_void);
  CHECK(result.steps[1].lookups == 2);
  CHECK(result.steps[1].asked.at(0).answer == "v=spf1 exists:%{ir}.list.example ?all");
  CHECK(result.steps[2].depth == 1);
  CHECK(result.steps[2].target == "7.2.0.192.list.example");
  CHECK(result.steps[2].lookups == 3);
  CHECK(result.steps[2].void_lookups == 2);
  CHECK(result.steps[1].outcome == Outcome::no_match);
  CHECK(result.steps[5].outcome == Outcome::match);
  CHECK(result.steps[5].section == "§5.6");
  CHECK(result.steps[6].outcome == Outcome::not_tested);
}

TEST_CASE("the path leads through includes and redirects to the record that decided") {
  const auto result = check(R"(
    example.com.   TXT "v=spf1 redirect=one.example"
    one.example.   TXT "v=spf1 include:two.example -all"
    two.example.   TXT "v=spf1 ip4:192.0.2.7 -all"
  )",
                            "192.0.2.7");
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.path == std::vector<std::string>{"example.com", "one.example", "two.example"});
  CHECK(result.mechanism == "ip4:192.0.2.7");
}

TEST_CASE("limits can be set, and going over one is a permerror at the term that does it") {
  dns::FakeResolver dns(R"(
    example.com. TXT "v=spf1 a:one.example a:two.example a:three.example -all"
    one.example. A 198.51.100.1
    two.example. A 198.51.100.2
  )");
  spf::CheckRequest request(net::Address::parse("192.0.2.1").value(), "a@example.com", "");
  request.limits.lookups = 2;
  const auto few = task::sync_wait(spf::check_host(dns, request));
  CHECK(few.verdict == Verdict::permerror);
  CHECK(few.lookups == 3);
  CHECK(few.mechanism == "a:three.example");
  request.limits.lookups = 3;
  CHECK(task::sync_wait(spf::check_host(dns, request)).verdict == Verdict::fail);
  request.limits.void_lookups = 0;
  CHECK(task::sync_wait(spf::check_host(dns, request)).verdict == Verdict::permerror);
}

TEST_CASE("records that lead back to themselves end at the limit") {
  const std::string_view zone = R"(
    example.com. TXT "v=spf1 include:b.example -all"
    b.example.   TXT "v=spf1 include:example.com -all"
    r.example.   TXT "v=spf1 redirect=r.example"
  )";
  dns::FakeResolver dns(zone);
  CHECK(check(dns, "192.0.2.1", "a@example.com").verdict == Verdict::permerror);
  CHECK(dns.queries().size() == 11);
  CHECK(check(dns, "192.0.2.1", "a@r.example").verdict == Verdict::permerror);
}

TEST_CASE("no evaluation asks more than its bound, whatever the records say") {
  std::string zone = "example.com. TXT \"v=spf1 ";
  for (int i = 0; i < 10; ++i) zone += "mx:m" + std::to_string(i) + ".example ";
  zone += "-all\"\n";
  for (int i = 0; i < 10; ++i) {
    for (int j = 0; j < 10; ++j) {
      zone +=
          "m" + std::to_string(i) + ".example. MX 10 h" + std::to_string(j) + ".m" + std::to_string(i) + ".example.\n";
    }
  }
  dns::FakeResolver dns(zone);
  const auto result = check(dns, "192.0.2.1", "a@example.com");
  CHECK(result.verdict == Verdict::fail);
  CHECK(dns.queries().size() == 111);
}

TEST_CASE("an IPv4 address in IPv6 clothes is an IPv4 address") {
  const std::string_view zone = R"(example.com. TXT "v=spf1 ip4:192.0.2.0/24 -ip6:::ffff:0:0/96 -all")";
  CHECK(check(zone, "::ffff:192.0.2.9").verdict == Verdict::pass);
}

TEST_CASE("DNS trouble is temperror and says whose") {
  const auto result = check(R"(
    example.com. TXT "v=spf1 include:slow.example -all"
    ;! timeout slow.example
  )",
                            "192.0.2.1");
  CHECK(result.verdict == Verdict::temperror);
  CHECK(result.reason.find("slow.example TXT") != std::string::npos);
  CHECK(check(";! servfail example.com", "192.0.2.1").verdict == Verdict::temperror);
}

TEST_CASE("a bounce is checked by its HELO name") {
  dns::FakeResolver dns(R"(mx.example.net. TXT "v=spf1 ip4:192.0.2.1 -all")");
  const auto result = check(dns, "192.0.2.1", "", "mx.example.net");
  CHECK(result.identity == spf::Identity::helo);
  CHECK(result.domain == "mx.example.net");
  CHECK(result.verdict == Verdict::pass);
}

TEST_CASE("a domain in its own letters is asked for as A-labels, and a local part outside ASCII matches no macro") {
  dns::FakeResolver dns(R"(
    xn--bcher-kva.example. TXT "v=spf1 exists:%{l}.users.example exists:%{o}.seen.example -all"
    xn--bcher-kva.example.seen.example. A 127.0.0.1
  )");
  const auto result = check(dns, "192.0.2.1",
                            "jos\xc3\xa9@b\xc3\xbc"
                            "cher.example");
  CHECK(result.verdict == Verdict::pass);
  CHECK(result.domain == "xn--bcher-kva.example");
  REQUIRE(!result.steps.empty());
  CHECK(result.steps[0].outcome == Outcome::no_match);
  CHECK(result.steps[0].asked.empty());
}

TEST_CASE("macros never make a question longer than DNS takes, nor text without bound") {
  std::string macros;
  for (int i = 0; i < 60; ++i) macros += "%{d2147483648}.";
  const std::string zone = "example.com. TXT \"v=spf1 exists:" + macros + "example.net -all\"\n";
  dns::FakeResolver dns(zone);
  check(dns, "192.0.2.1", "a@example.com");
  for (const dns::Query& query : dns.queries()) CHECK(query.name.wire().size() < dns::Name::kMaxWire);

  std::string text;
  for (int i = 0; i < 60; ++i) text += "%{S}";
  dns::FakeResolver explains("example.com. TXT \"v=spf1 -all exp=why.example\"\nwhy.example. TXT \"" + text + "\"\n");
  CHECK(check(explains, "192.0.2.1", std::string(200, '<') + "@example.com").explanation.empty());
}

TEST_CASE("senders that are no address at all give none") {
  dns::FakeResolver dns("example.com. TXT \"v=spf1 -all\"");
  for (const char* sender :
       {"a@", "@", "a@[192.0.2.1]", "a@localhost", "a@b..example", "a@example.com\r\nX", "a@ex ample"}) {
    INFO(sender);
    CHECK(check(dns, "192.0.2.1", sender).verdict == Verdict::none);
  }
  CHECK(check(dns, "192.0.2.1", "@example.com").verdict == Verdict::fail);
}
