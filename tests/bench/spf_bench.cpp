#include <envelint/audit/judge.hpp>
#include <envelint/audit/zone_audit.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/dmarc/record.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/render/json.hpp>
#include <envelint/spf/record.hpp>
#include <envelint/tls_rpt/record.hpp>

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "corpus.hpp"

namespace {

using envelint::audit::Kind;
using envelint::dns::Text;

void count(benchmark::State& state, std::size_t records, std::size_t bytes) {
  const auto rounds = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(rounds * static_cast<std::int64_t>(records));
  state.SetBytesProcessed(rounds * static_cast<std::int64_t>(bytes));
}

template <typename Parse>
void parse_all(benchmark::State& state, const bench::Corpus& corpus, Parse parse) {
  for (auto _ : state) {
    for (const std::string& record : corpus.records) benchmark::DoNotOptimize(parse(record));
  }
  count(state, corpus.records.size(), corpus.bytes);
}

void lint_all(benchmark::State& state, const bench::Corpus& corpus, Kind kind) {
  const std::vector<Text> values(corpus.records.begin(), corpus.records.end());
  for (auto _ : state) {
    for (const Text& value : values) benchmark::DoNotOptimize(envelint::audit::judge_value(kind, value, ""));
  }
  count(state, corpus.records.size(), corpus.bytes);
}

void spf_parse(benchmark::State& state) { parse_all(state, bench::spf_records(), envelint::spf::parse); }
BENCHMARK(spf_parse);
void spf_lint(benchmark::State& state) { lint_all(state, bench::spf_records(), Kind::spf); }
BENCHMARK(spf_lint);

void dkim_parse(benchmark::State& state) { parse_all(state, bench::dkim_keys(), envelint::dkim::parse_key_record); }
BENCHMARK(dkim_parse);
void dkim_lint(benchmark::State& state) { lint_all(state, bench::dkim_keys(), Kind::dkim); }
BENCHMARK(dkim_lint);

void dmarc_parse(benchmark::State& state) { parse_all(state, bench::dmarc_records(), envelint::dmarc::parse); }
BENCHMARK(dmarc_parse);
void dmarc_lint(benchmark::State& state) { lint_all(state, bench::dmarc_records(), Kind::dmarc); }
BENCHMARK(dmarc_lint);

void tls_rpt_parse(benchmark::State& state) { parse_all(state, bench::tls_rpt_records(), envelint::tls_rpt::parse); }
BENCHMARK(tls_rpt_parse);
void tls_rpt_lint(benchmark::State& state) { lint_all(state, bench::tls_rpt_records(), Kind::tls_rpt); }
BENCHMARK(tls_rpt_lint);

void spf_ndjson(benchmark::State& state) {
  std::vector<envelint::audit::Report> reports;
  for (const std::string& record : bench::spf_records().records) {
    reports.emplace_back().domains.push_back(envelint::audit::judge_record("", Text(record), Kind::spf));
  }
  std::string out;
  for (auto _ : state) {
    out.clear();
    for (const auto& report : reports) envelint::render::append_ndjson(out, report);
    benchmark::DoNotOptimize(out);
  }
  count(state, reports.size(), out.size());
}
BENCHMARK(spf_ndjson);

/// A zone of `domains` hosts, each with the records a mail domain publishes.
std::string zone_text(std::size_t domains) {
  std::string text =
      "$ORIGIN example.com.\n$TTL 3600\n"
      "@ IN SOA ns1.example.com. hostmaster.example.com. 1 7200 3600 1209600 3600\n@ IN NS ns1.example.net.\n";
  for (std::size_t i = 0; i < domains; ++i) {
    const std::string name = "d" + std::to_string(i);
    text += name + " IN MX 10 mx." + name + "\nmx." + name + " IN A 192.0.2.1\n";
    text += name + " IN TXT \"v=spf1 mx include:_spf.example.net -all\"\n";
    text += "_dmarc." + name + " IN TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@example.com\"\n";
  }
  return text;
}
constexpr std::size_t kDomains = 2000;
constexpr std::size_t kRecords = 2 + 4 * kDomains;

envelint::dns::Zone read(const std::string& text) {
  return envelint::dns::read_zone({.path = "example.com.zone", .content = text, .identity = {}});
}

void zone_read(benchmark::State& state) {
  const std::string text = zone_text(kDomains);
  for (auto _ : state) benchmark::DoNotOptimize(read(text));
  count(state, kRecords, text.size());
}
BENCHMARK(zone_read)->Unit(benchmark::kMillisecond);

void zone_read_and_audit(benchmark::State& state) {
  const std::string text = zone_text(kDomains);
  for (auto _ : state) benchmark::DoNotOptimize(envelint::audit::audit_zone(read(text)));
  count(state, kRecords, text.size());
}
BENCHMARK(zone_read_and_audit)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
