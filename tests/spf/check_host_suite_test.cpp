// The public test suite of RFC 7208, every case: results and explanations.

#include <support/catch.hpp>
#include <support/json_zone.hpp>
#include <support/shared_data.hpp>

#include <envelint/spf/check_host.hpp>
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

}  // namespace

TEST_CASE("check_host agrees with every case of the public suite") {
  const std::filesystem::path root = std::getenv("ENVELINT_SOURCE_DIR");
  const auto suite = nlohmann::json::parse(test::slurp(root / "tests/spf/conformance/rfc7208-tests.json"));
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
