#include "message.hpp"

#include <envelint/dkim/private_key.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/dkim/verifying_key.hpp>
#include <envelint/dns/reverse.hpp>
#include <envelint/task/sync_wait.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>

// Whole verdicts, SPF of MAIL FROM and HELO, DKIM, DMARC of both generations and the client's name, with answers of DNS at
// hand, as a receiver's cache has them. peers/mailauth_verdict.js does the same with mailauth.

using namespace envelint;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

const dkim::PrivateKey& key() {
  static const dkim::PrivateKey kKey = dkim::PrivateKey::generate_rsa(2048).value();
  return kKey;
}

/// Answers from memory, made beforehand.
class Memory : public dns::Resolver {
 public:
  Memory() {
    text("example.com", "v=spf1 include:_spf.example.com -all");
    text("_spf.example.com", "v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all");
    text("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:dmarc@example.com");
    text("s._domainkey.example.com", "v=DKIM1; k=rsa; p=" + key().public_key().encoded());
    const auto address = *net::Address::parse("192.0.2.1");
    put(name("mail.example.com"), dns::Type::a, address);
    put(dns::reverse_name(address), dns::Type::ptr, name("mail.example.com"));
  }

  task::Task<dns::Answer> query(dns::Query query) override {
    dns::Answer answer = *at_hand(query.name, query.type);
    co_return answer;
  }

  const dns::Answer* at_hand(const dns::Name& name, dns::Type type) override {
    const auto it = answers_.find(name);
    if (it == answers_.end()) return &nxdomain_;
    return it->second.records.front().type == type ? &it->second : &nodata_;
  }

 private:
  static dns::Name name(std::string_view text) { return dns::Name::parse(text).value(); }
  void text(std::string_view owner, const std::string& value) { put(name(owner), dns::Type::txt, dns::Text(value)); }
  void put(const dns::Name& owner, dns::Type type, dns::Data data) {
    dns::Answer answer(dns::Answer::State::records);
    answer.records.emplace_back(owner, type, 300U, std::move(data));
    answers_[owner] = std::move(answer);
  }

  std::unordered_map<dns::Name, dns::Answer> answers_;
  dns::Answer nxdomain_{dns::Answer::State::nxdomain};
  dns::Answer nodata_{dns::Answer::State::nodata};
};

void verdict_of(benchmark::State& state, bool trace) {
  static const dns::PublicSuffixList suffixes;
  const std::string plain = bench::message_of(static_cast<std::size_t>(state.range(0)));
  const auto fields = dkim::sign(mail::Message::split(plain), {{&key(), "s"}}, dkim::SignOptions("example.com", kNow));
  const std::string bytes = fields.value() + plain;
  Memory dns;
  dkim::KeyCache keys;
  verdict::EvaluationOptions options(suffixes, kNow);
  options.trace = trace;
  options.keys = &keys;
  for (auto _ : state) {
    verdict::Envelope envelope(*net::Address::parse("192.0.2.1"), "mail.example.com", "bounce@example.com");
    const auto message = mail::Message::split(bytes);
    const auto result = task::sync_wait(verdict::evaluate(dns, message, std::move(envelope), options));
    const bool whole = result.dmarc.status == verdict::DmarcStatus::pass && result.spf->verdict == spf::Verdict::pass &&
                       result.dkim.front().result == dkim::Result::pass &&
                       result.reverse.status == verdict::ReverseStatus::pass;
    if (!whole) std::abort();
    benchmark::DoNotOptimize(&result);
  }
  state.SetItemsProcessed(state.iterations());
}

void verdict(benchmark::State& state) { verdict_of(state, false); }
void verdict_traced(benchmark::State& state) { verdict_of(state, true); }

BENCHMARK(verdict)->Arg(1'000)->Arg(10'000)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK(verdict_traced)->Arg(10'000)->Threads(1)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
