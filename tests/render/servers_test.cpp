#include <support/catch.hpp>
#include <support/served_zone.hpp>

#include <envelint/render/json.hpp>
#include <envelint/render/terminal.hpp>

#include <render/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

using namespace envelint;

TEST_CASE("the report shows what each server says", "[render][servers]") {
  audit::Report report;
  report.domains.push_back(
      test::served_report("@ NS ns3\n@ NS ns4\nns3 A 198.41.0.3\nns4 AAAA fd00::4\n"
                          "; at ns2.example.com: _dmarc 600 TXT \"v=DMARC1; p=none\\027[31m\"\n"
                          "; at ns2.example.com: @ SOA ns1 admin 2026112601 3600 900 604800 300\n"
                          "; at ns3.example.com: lame\n"));
  report.domains.back().findings.clear();
  report.domains.back().overview.clear();
  report.domains.back().dmarc.reset();
  for (const std::size_t width : {40U, 80U}) {
    const std::string text = render::terminal(report, {.width = width});
    CHECK(is_snapshot("servers_" + std::to_string(width) + ".txt", text));
  }
  const auto json = nlohmann::json::parse(render::json(report));
  const auto& zone = json["domains"][0]["authoritative"]["zones"][0];
  CHECK(zone["zone"] == "example.com");
  CHECK(zone["negative_ttl"] == 300);
  CHECK(zone["servers"][1]["serial"] == 2026112601);
  CHECK(zone["servers"][2]["state"] == "lame");
  CHECK(zone["servers"][3]["state"] == "set_aside");
  for (const auto& question : zone["questions"]) {
    if (question["question"] != "_dmarc.example.com TXT") continue;
    CHECK(question["agree"] == false);
    CHECK(question["answers"][1]["servers"] == nlohmann::json::array({"198.41.0.2"}));
    CHECK(question["answers"][1]["ttl"] == 600);
    CHECK(question["resolver"]["differs"] == false);
  }
}
