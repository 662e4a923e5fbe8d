#include <support/catch.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/render/json.hpp>
#include <envelint/render/spf_tree.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/task/sync_wait.hpp>

#include <render/reports.hpp>
#include <render/snapshot.hpp>

#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <string_view>

using namespace envelint;

namespace {

constexpr std::string_view kRecord =
    "v=spf1 ip4:192.0.2.1 mx include:_spf.example.net include:gone.example.org a:old.example.com exists:%{i}.example.com "
    "include:_spf.example.net -all";

spf::Tree tree_of(std::string_view record) {
  dns::FakeResolver dns(R"(
    example.com.           MX 10 mail.example.com.
    mail.example.com.      A 192.0.2.1
    _spf.example.net.      TXT "v=spf1 include:_netblocks.with-a-rather-long-name.example.net a:h.example.net ~all"
    _netblocks.with-a-rather-long-name.example.net. TXT "v=spf1 ip4:198.51.100.0/22 ip6:2001:db8::/48 ?all"
    h.example.net.         A 203.0.113.1
    h.example.net.         A 203.0.113.2
    h.example.net.         A 203.0.113.3
    h.example.net.         A 203.0.113.4
    h.example.net.         AAAA 2001:db8:ffff:ffff:ffff:ffff:ffff:1
  )");
  return task::sync_wait(spf::explore(dns, *dns::Name::parse("example.com"), std::string(record)));
}

std::string shown(std::string_view record, std::size_t width) {
  std::string out;
  const render::Painter plain(false);
  render::append_spf_tree(out, plain, tree_of(record), width);
  return out;
}

}  // namespace

TEST_CASE("the lookups of an SPF record are shown as a numbered tree", "[render][spf]") {
  for (const std::size_t width : {40U, 80U}) {
    CHECK(is_snapshot("spf_tree_" + std::to_string(width) + ".txt", shown(kRecord, width)));
  }
}

TEST_CASE("a record that asks DNS for nothing has no tree to show", "[render][spf]") {
  CHECK(shown("v=spf1 ip4:192.0.2.1 -all", 80).empty());
}

TEST_CASE("no row of the tree is wider than the terminal", "[render][spf]") {
  for (std::size_t width = 40; width <= 140; width += 7) {
    std::istringstream lines(shown(kRecord, width));
    for (std::string line; std::getline(lines, line);) {
      CAPTURE(width, line);
      CHECK(render::columns(line) <= width);
      CHECK_FALSE(line.ends_with(' '));
    }
  }
}

TEST_CASE("the tree in JSON nests the terms of included records", "[render][json][spf]") {
  reports::Domain domain("example.com");
  domain.record({std::string(kRecord)});
  audit::Report report = report_of(domain);
  report.domains[0].spf = tree_of(kRecord);
  const auto spf = nlohmann::json::parse(render::json(report))["domains"][0]["spf"];
  CHECK(spf["lookups"] == 10);
  CHECK(spf["lookups_worst"] == 10);
  CHECK(spf["lookups_best"] == 0);
  CHECK(spf["void_lookups"] == 2);
  CHECK(spf["exact"] == true);
  CHECK_FALSE(spf.contains("mend"));
  REQUIRE(spf["tree"].size() == 6);
  CHECK(spf["tree"][0]["adds_nothing"] == true);
  const auto& include = spf["tree"][1];
  CHECK(include["term"] == "include:_spf.example.net");
  CHECK(include["number"] == 2);
  CHECK(include["lookups"] == 3);
  CHECK(include["terms"].size() == 2);
  CHECK(include["terms"][1]["number"] == 4);
  const auto start = include["start"].get<std::size_t>();
  CHECK(kRecord.substr(start, include["end"].get<std::size_t>() - start) == "include:_spf.example.net");
  CHECK(spf["tree"][2]["result"] == "no_domain");
  CHECK(spf["tree"][2]["void"] == "both");
}
