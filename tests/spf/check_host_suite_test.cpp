// The public test suite of RFC 7208, every case: results and explanations.

#include <support/catch.hpp>
#include <support/json_zone.hpp>
#include <support/shared_data.hpp>

#include <envelint/spf/check_host.hpp>
#include <envelint/spf/record_cache.hpp>
#include <envelint/task/sync_wait.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace envelint;

spf::CheckRequest request_of(const nlohmann::json& test) {
  const auto ip = net::Address::parse(test.at("host").get<std::string>());
  REQUIRE(ip);
  spf::CheckRequest request(*ip, test::octets(test.at("mailfrom").get<std::string>()),
                            test::octets(test.at("helo").get<std::string>()));
  request.trace = true;
  return request;
}

nlohmann::json read_suite() {
  const std::filesystem::path root = std::getenv("ENVELINT_SOURCE_DIR");
  return nlohmann::json::parse(test::slurp(root / "tests/spf/conformance/rfc7208-tests.json"));
}

/// Has the answers of another resolver, and none at hand.
class Away : public dns::Resolver {
 public:
  explicit Away(dns::Resolver& inner) : inner_(inner) {}

  task::Task<dns::Answer> query(dns::Query query) override { co_return co_await inner_.query(std::move(query)); }

 private:
  dns::Resolver& inner_;
};

}  // namespace

TEST_CASE("check_host agrees with every case of the public suite") {
  const auto suite = read_suite();
  std::size_t count = 0;
  for (const auto& scenario : suite) {
    test::JsonZone zone(scenario.at("zone"));
    for (const auto& test : scenario.at("tests")) {
      ++count;
      INFO(scenario.at("desc").get<std::string>() << ": " << test.at("name").get<std::string>());
      const spf::CheckResult result = task::sync_wait(spf::check_host(zone, request_of(test)));
      const std::string verdict(to_string(result.verdict));
      CAPTURE(verdict, result.reason);
      const auto& allowed = test.at("result");
      CHECK(std::ranges::any_of(allowed, [&](const auto& one) { return one == verdict; }));
      if (!test.at("exp").is_string()) continue;
      const auto wanted = test.at("exp").get<std::string>();
      CHECK(result.explanation == (wanted == "DEFAULT" ? "" : wanted));
    }
  }
  CHECK(count == 203);
}

TEST_CASE("a result is the same with and without a trace, kept records, and answers at hand") {
  const auto suite = read_suite();
  spf::RecordCache records;
  for (const auto& scenario : suite) {
    test::JsonZone zone(scenario.at("zone"));
    Away away(zone);
    for (const auto& test : scenario.at("tests")) {
      INFO(scenario.at("desc").get<std::string>() << ": " << test.at("name").get<std::string>());
      const spf::CheckRequest traced = request_of(test);
      spf::CheckRequest plain = traced;
      plain.trace = false;
      spf::CheckRequest kept = plain;
      kept.records = &records;
      const auto wanted = task::sync_wait(spf::check_host(away, traced));
      for (const auto& result :
           {task::sync_wait(spf::check_host(away, plain)), task::sync_wait(spf::check_host(zone, plain)),
            task::sync_wait(spf::check_host(zone, kept)), task::sync_wait(spf::check_host(zone, traced))}) {
        CHECK(result.verdict == wanted.verdict);
        CHECK(result.reason == wanted.reason);
        CHECK(result.mechanism == wanted.mechanism);
        CHECK(result.path == wanted.path);
        CHECK(result.explanation == wanted.explanation);
        CHECK(result.lookups == wanted.lookups);
        CHECK(result.void_lookups == wanted.void_lookups);
      }
    }
  }
  CHECK(records.size() > 100);
}

TEST_CASE("kept records are bounded, and who holds one keeps it") {
  spf::RecordCache records;
  const auto first = records.get("v=spf1 ip4:192.0.2.1 -all");
  CHECK(records.get("v=spf1 ip4:192.0.2.1 -all") == first);
  for (int i = 0; i < 20; ++i) {
    CHECK(records.get("v=spf1 -all" + std::string(spf::RecordCache::kMaxOctets / 8, ' ') + std::to_string(i))
              ->text.size() > 0);
    CHECK(records.size() <= 8);
  }
  CHECK(first->terms.size() == 2);
}
