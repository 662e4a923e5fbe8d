#include <envelint/text/base64.hpp>
#include <envelint/text/edit_distance.hpp>
#include <envelint/text/tag_list.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace envelint::text;

// As long as the public key of a 2048-bit RSA key.
Bytes key_bytes() {
  Bytes bytes(294);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 131);
  return bytes;
}

void count_bytes(benchmark::State& state, std::size_t each) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(each));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void base64_decodes(benchmark::State& state) {
  const std::string text = base64_encode(key_bytes());
  for (auto _ : state) benchmark::DoNotOptimize(base64_decode(text));
  count_bytes(state, text.size());
}
BENCHMARK(base64_decodes);

void base64_encodes(benchmark::State& state) {
  const Bytes bytes = key_bytes();
  for (auto _ : state) benchmark::DoNotOptimize(base64_encode(bytes));
  count_bytes(state, bytes.size());
}
BENCHMARK(base64_encodes);

void tag_list_dmarc(benchmark::State& state) {
  constexpr std::string_view kRecord =
      "v=DMARC1; p=quarantine; sp=reject; rua=mailto:dmarc@example.com; adkim=s; aspf=r";
  for (auto _ : state) benchmark::DoNotOptimize(parse_tag_list(kRecord));
  count_bytes(state, kRecord.size());
}
BENCHMARK(tag_list_dmarc);

void tag_list_dkim_key(benchmark::State& state) {
  const std::string record = "v=DKIM1; k=rsa; p=" + base64_encode(key_bytes());
  for (auto _ : state) benchmark::DoNotOptimize(parse_tag_list(record));
  count_bytes(state, record.size());
}
BENCHMARK(tag_list_dkim_key);

void nearest_mechanism(benchmark::State& state) {
  constexpr std::array<std::string_view, 8> kWords{"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"};
  for (auto _ : state) benchmark::DoNotOptimize(nearest("inlcude", kWords, 2));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(nearest_mechanism);

}  // namespace

BENCHMARK_MAIN();
