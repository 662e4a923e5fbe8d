#include "message.hpp"

#include <envelint/dkim/digest.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/task/sync_wait.hpp>

#include <benchmark/benchmark.h>

// The header is for C alone.
#define _Bool bool  // NOLINT
#include <opendkim/dkim.h>
#undef _Bool

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// Verifying and signing with a key that is known already and DNS in memory, beside the least it can cost (the RSA
// operation and SHA-256 of the same octets) and beside libopendkim.

using namespace envelint;

namespace {

constexpr std::uint64_t kNow = 1'700'000'000;

void require(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "cannot %s\n", what);
  std::exit(1);
}

const dkim::PrivateKey& key() {
  static const dkim::PrivateKey kKey = dkim::PrivateKey::generate_rsa(2048).value();
  return kKey;
}

std::string record() { return "v=DKIM1; k=rsa; p=" + key().public_key().encoded(); }

std::string signed_message(std::size_t size) {
  const std::string bytes = bench::message_of(size);
  const auto fields = dkim::sign(mail::Message::split(bytes), {{&key(), "s"}}, dkim::SignOptions("example.com", kNow));
  return fields.value() + bytes;
}

class OneRecord : public dns::Resolver {
 public:
  OneRecord() : answer_(dns::Answer::State::records) {
    answer_.records.emplace_back(dns::Name::parse("s._domainkey.example.com").value(), dns::Type::txt, 300U,
                                 dns::Text(record()));
  }
  task::Task<dns::Answer> query(dns::Query) override { co_return answer_; }

 private:
  dns::Answer answer_;
};

void count(benchmark::State& state, std::size_t octets) {
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(octets));
}

void verify(benchmark::State& state) {
  const std::string bytes = signed_message(static_cast<std::size_t>(state.range(0)));
  OneRecord dns;
  dkim::KeyCache keys;
  dkim::VerifyOptions options(kNow);
  options.keys = &keys;
  for (auto _ : state) {
    const auto results = task::sync_wait(dkim::verify(dns, mail::Message::split(bytes), options));
    require(results.at(0).result == dkim::Result::pass, "verify");
  }
  count(state, bytes.size());
}
BENCHMARK(verify)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

void sign(benchmark::State& state) {
  const std::string bytes = bench::message_of(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    const auto fields =
        dkim::sign(mail::Message::split(bytes), {{&key(), "s"}}, dkim::SignOptions("example.com", kNow));
    require(fields.has_value(), "sign");
  }
  count(state, bytes.size());
}
BENCHMARK(sign)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

/// One SHA-256 of the octets and one RSA verification: nothing can be faster with this OpenSSL.
void verify_floor(benchmark::State& state) {
  const std::string bytes = bench::message_of(static_cast<std::size_t>(state.range(0)));
  const text::Bytes digest = dkim::digest_of(dkim::HashAlgorithm::sha256, bytes);
  dkim::PrivateKey::Digest octets{};
  std::copy(digest.begin(), digest.end(), octets.begin());
  const text::Bytes signature = key().sign(octets).value();
  const auto loaded = dkim::load_key(record());
  for (auto _ : state) {
    const text::Bytes hash = dkim::digest_of(dkim::HashAlgorithm::sha256, bytes);
    require(loaded->key->verify(dkim::HashAlgorithm::sha256, hash, signature), "verify");
  }
  count(state, bytes.size());
}
BENCHMARK(verify_floor)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

/// One SHA-256 of the octets and one RSA signature.
void sign_floor(benchmark::State& state) {
  const std::string bytes = bench::message_of(static_cast<std::size_t>(state.range(0)));
  dkim::PrivateKey::Digest octets{};
  for (auto _ : state) {
    const text::Bytes digest = dkim::digest_of(dkim::HashAlgorithm::sha256, bytes);
    std::copy(digest.begin(), digest.end(), octets.begin());
    require(key().sign(octets).has_value(), "sign");
  }
  count(state, bytes.size());
}
BENCHMARK(sign_floor)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

DKIM_STAT answer_with_record(DKIM*, DKIM_SIGINFO*, unsigned char* out, std::size_t size) {
  std::snprintf(reinterpret_cast<char*>(out), size, "%s", record().c_str());
  return DKIM_STAT_OK;
}

unsigned char* octets_of(std::string_view text) {
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(text.data()));
}

/// Gives it a message field by field, and the body at once.
void feed(DKIM* handle, const mail::Message& message) {
  for (const mail::Field& field : message.fields()) {
    const std::string_view line = message.at(text::span_of(field.whole.start, field.value.end));
    (void)dkim_header(handle, octets_of(line), line.size());
  }
  (void)dkim_eoh(handle);
  (void)dkim_body(handle, octets_of(message.body()), message.body().size());
}

void verify_libopendkim(benchmark::State& state) {
  const std::string bytes = signed_message(static_cast<std::size_t>(state.range(0)));
  const auto message = mail::Message::split(bytes);
  DKIM_LIB* library = dkim_init(nullptr, nullptr);
  dkim_set_key_lookup(library, answer_with_record);
  for (auto _ : state) {
    DKIM_STAT status = DKIM_STAT_OK;
    DKIM* handle = dkim_verify(library, octets_of("bench"), nullptr, &status);
    feed(handle, message);
    bool test = false;
    require(dkim_eom(handle, &test) == DKIM_STAT_OK, "verify with libopendkim");
    dkim_free(handle);
  }
  dkim_close(library);
  count(state, bytes.size());
}
BENCHMARK(verify_libopendkim)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

void sign_libopendkim(benchmark::State& state) {
  const std::string bytes = bench::message_of(static_cast<std::size_t>(state.range(0)));
  const auto message = mail::Message::split(bytes);
  const std::string pem(key().pem().value().reveal());
  DKIM_LIB* library = dkim_init(nullptr, nullptr);
  for (auto _ : state) {
    DKIM_STAT status = DKIM_STAT_OK;
    DKIM* handle =
        dkim_sign(library, octets_of("bench"), nullptr, octets_of(pem), octets_of("s"), octets_of("example.com"),
                  DKIM_CANON_RELAXED, DKIM_CANON_RELAXED, DKIM_SIGN_RSASHA256, -1L, &status);
    require(handle != nullptr, "sign with libopendkim");
    feed(handle, message);
    unsigned char* field = nullptr;
    std::size_t size = 0;
    require(dkim_eom(handle, nullptr) == DKIM_STAT_OK, "sign with libopendkim");
    require(dkim_getsighdr_d(handle, 0, &field, &size) == DKIM_STAT_OK, "sign with libopendkim");
    dkim_free(handle);
  }
  dkim_close(library);
  count(state, bytes.size());
}
BENCHMARK(sign_libopendkim)->Arg(1'000)->Arg(10'000)->Arg(1'000'000);

}  // namespace

BENCHMARK_MAIN();
