#include <envelint/spf/check_host.hpp>
#include <envelint/spf/record_cache.hpp>
#include <envelint/task/sync_wait.hpp>

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "../support/json_zone.hpp"
#include "../support/shared_data.hpp"

namespace {

using namespace envelint;
using nlohmann::json;

/// Senders to check, each with the DNS it is checked against.
struct Senders {
  std::deque<test::JsonZone> zones;
  std::vector<std::pair<test::JsonZone*, spf::CheckRequest>> requests;

  void add(test::JsonZone& zone, const std::string& ip, std::string mail_from, std::string helo) {
    requests.emplace_back(&zone,
                          spf::CheckRequest(net::Address::parse(ip).value(), std::move(mail_from), std::move(helo)));
  }
};

/// Every case of the public suite of RFC 7208.
Senders suite() {
  const char* root = std::getenv("ENVELINT_SOURCE_DIR");
  const auto path = std::filesystem::path(root == nullptr ? "." : root) / "tests/spf/conformance/rfc7208-tests.json";
  Senders out;
  for (const json& scenario : json::parse(test::slurp(path))) {
    test::JsonZone& zone = out.zones.emplace_back(scenario.at("zone"));
    for (const json& one : scenario.at("tests")) {
      out.add(zone, one.at("host"), test::octets(one.at("mailfrom")), test::octets(one.at("helo")));
    }
  }
  return out;
}

/// Records that are published, with all they include, and addresses in and outside of them.
Senders real_records() {
  Senders out;
  const auto cases = test::shared_data("data/spf/eval_cases.jsonl");
  const auto zone_file = test::shared_data("data/spf/eval_zone.json");
  if (!cases || !zone_file) return out;
  test::JsonZone& zone = out.zones.emplace_back(json::object());
  const json included = json::parse(test::slurp(*zone_file));
  for (const auto& [name, record] : included.items()) {
    if (const auto owner = dns::Name::parse(name)) zone.set_text(*owner, record.get<std::string>());
  }
  std::ifstream in(*cases);
  for (std::string line; std::getline(in, line);) {
    const json entry = json::parse(line);
    const auto domain = entry.at("domain").get<std::string>();
    zone.set_text(dns::Name::parse(domain).value(), entry.at("record").get<std::string>());
    for (const json& one : entry.at("cases")) out.add(zone, one.at("ip"), "postmaster@" + domain, "mail.example.com");
  }
  return out;
}

void check_all(benchmark::State& state, const Senders& senders, spf::RecordCache* records) {
  if (senders.requests.empty()) {
    state.SkipWithError("the records are not there (CONTRIBUTING.md says where the public data comes from)");
    return;
  }
  for (auto _ : state) {
    for (const auto& [zone, request] : senders.requests) {
      spf::CheckRequest one = request;
      one.records = records;
      benchmark::DoNotOptimize(task::sync_wait(spf::check_host(*zone, std::move(one))));
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * senders.requests.size()));
}

const Senders& the_suite() {
  static const Senders senders = suite();
  return senders;
}

const Senders& the_real_records() {
  static const Senders senders = real_records();
  return senders;
}

// Every record is read each time, as the peers do.
void check_host_suite(benchmark::State& state) { check_all(state, the_suite(), nullptr); }
BENCHMARK(check_host_suite);

// Records that were read are kept, as `envelint spf --batch` does.
void check_host_suite_kept(benchmark::State& state) {
  spf::RecordCache records;
  check_all(state, the_suite(), &records);
}
BENCHMARK(check_host_suite_kept);

void check_host_real(benchmark::State& state) { check_all(state, the_real_records(), nullptr); }
BENCHMARK(check_host_real);

void check_host_real_kept(benchmark::State& state) {
  spf::RecordCache records;
  check_all(state, the_real_records(), &records);
}
BENCHMARK(check_host_real_kept);

}  // namespace

BENCHMARK_MAIN();
