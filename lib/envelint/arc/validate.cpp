#include <envelint/arc/validate.hpp>

#include <envelint/dkim/key_judgement.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/task/gather.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::arc {
namespace {

using dkim::Canonicalization;
using dkim::Reason;
using dkim::Result;
using dkim::Signature;

dkim::VerifyOptions for_chain(dkim::VerifyOptions options) {
  options.limits.signatures = dkim::kMaxInstance;
  options.limits.questions = dkim::kMaxInstance;
  options.limits.header = kMaxChainOctets;
  options.limits.reported = dkim::kMaxInstance;
  return options;
}

/// A seal whose text keeps it from being verified, or whose key may not be asked for.
std::optional<SealResult> unfit(const Signature& seal) {
  if (!seal.valid()) return SealResult{Result::permerror, Reason::syntax_error, describe(seal.faults().front()), {}};
  if (*seal.algorithm() == dkim::SigningAlgorithm::rsa_sha1) {
    return SealResult{Result::permerror, Reason::historic_algorithm, "it is not accepted any more (RFC 8301)", {}};
  }
  return std::nullopt;
}

SealResult judge_seal(const mail::Message& message, const std::vector<ArcSet>& sets, std::size_t index,
                      const dns::Answer& answer, dkim::KeyCache* keys) {
  const Signature& seal = sets[index].seal;
  dkim::KeyJudgement key = judge_key(seal, answer, keys);
  SealResult out{key.result, key.reason, std::move(key.detail), answer};
  if (key.ok != true) return out;
  const dkim::HashAlgorithm hash = hash_of(*seal.algorithm());
  const text::Bytes digest = dkim::digest_of(hash, sealed_header(message, sets, index));
  const bool verified = key.key->key->verify(hash, digest, seal.signature());
  out.result = verified ? Result::pass : Result::fail;
  out.reason = verified ? Reason::verified : Reason::signature;
  return out;
}

}  // namespace

std::string sealed_header(const mail::Message& message, const std::vector<ArcSet>& sets, std::size_t newest) {
  constexpr Canonicalization kRelaxed = Canonicalization::relaxed;  // the only one (§4.1.3)
  std::string out;
  for (std::size_t i = 0; i <= newest; ++i) {
    for (const std::size_t field : {sets[i].results, sets[i].message_signature}) {
      append_signed_field(kRelaxed, message, message.fields()[field], out);
    }
    const mail::Field& seal = message.fields()[sets[i].seal_field];
    if (i < newest) {
      append_signed_field(kRelaxed, message, seal, out);
    } else {
      append_canonical_field(kRelaxed, message.at(text::span_of(seal.whole.start, seal.value.start)),
                             sets[i].seal.without_signature(), out);
    }
  }
  return out;
}

struct Validation::State {
  State(const mail::Message& of, dkim::VerifyOptions with)
      : message(&of), options(for_chain(with)), signatures(of, options, dkim::SignatureField::arc_message_signature) {
    result.chain = collect_chain(of);
  }

  const mail::Message* message;
  dkim::VerifyOptions options;
  dkim::Verification signatures;
  ChainResult result;

  void fail(ChainFault fault, std::string detail, unsigned instance = 0);
  void take(std::vector<dkim::SignatureResult> verified);
  void find_oldest_pass();
  task::Task<void> judge_seals(dns::Resolver& resolver);
};

Validation::Validation(const mail::Message& message, dkim::VerifyOptions options)
    : state_(std::make_unique<State>(message, options)) {}
Validation::~Validation() = default;
Validation::Validation(Validation&&) noexcept = default;
Validation& Validation::operator=(Validation&&) noexcept = default;

void Validation::State::fail(ChainFault fault, std::string detail, unsigned instance) {
  if (result.status == ChainStatus::fail) return;
  result.status = ChainStatus::fail;
  result.fault = fault;
  result.detail = std::move(detail);
  result.instance = instance;
}

void Validation::body(std::string_view chunk) {
  if (!state_->result.chain.sets.empty()) state_->signatures.body(chunk);
}

/// Puts the results of message signatures, which are in the order of the message, in the order of the sets.
void Validation::State::take(std::vector<dkim::SignatureResult> verified) {
  result.message_signatures.resize(result.chain.sets.size());
  for (std::size_t i = 0; i < result.chain.sets.size(); ++i) {
    const auto its = std::ranges::find(verified, result.chain.sets[i].message_signature, &dkim::SignatureResult::field);
    if (its != verified.end()) result.message_signatures[i] = std::move(*its);
  }
}

void Validation::State::find_oldest_pass() {
  std::size_t passing = result.message_signatures.size();
  while (passing > 0 && result.message_signatures[passing - 1].result == Result::pass) --passing;
  result.oldest_pass = passing == 0 ? 0 : static_cast<unsigned>(passing + 1);
}

task::Task<void> Validation::State::judge_seals(dns::Resolver& resolver) {
  const std::vector<ArcSet>& sets = result.chain.sets;
  result.seals.resize(sets.size());
  std::vector<dns::Name> names;
  std::vector<std::size_t> question_of(sets.size());
  std::vector<task::Task<dns::Answer>> questions;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (auto fault = unfit(sets[i].seal)) {
      result.seals[i] = *std::move(fault);
      continue;
    }
    const dns::Name& name = *sets[i].seal.key_name();
    question_of[i] = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    if (question_of[i] < names.size()) continue;
    names.push_back(name);
    questions.push_back(resolver.query(dns::Query(name, dns::Type::txt)));
  }
  const std::vector<dns::Answer> answers = co_await task::gather(std::move(questions));
  for (std::size_t i = sets.size(); i-- > 0;) {
    SealResult& seal = result.seals[i];
    if (seal.result == Result::none) seal = judge_seal(*message, sets, i, answers[question_of[i]], options.keys);
    if (seal.result == Result::pass) continue;
    result.unknown = result.unknown || seal.result == Result::temperror;
    const std::string why = seal.detail.empty() ? "" : ": " + seal.detail;
    fail(ChainFault::seal, fmt::format("{}{}", to_string(seal.reason), why), static_cast<unsigned>(i + 1));
  }
}

task::Task<ChainResult> Validation::finish(dns::Resolver& resolver) {
  State& state = *state_;
  ChainResult& result = state.result;
  if (result.chain.fault != ChainFault::none) {
    state.fail(result.chain.fault, result.chain.detail);
    co_return std::move(result);
  }
  if (result.chain.sets.empty()) co_return std::move(result);

  auto verified = co_await state.signatures.finish(resolver);
  state.take(std::move(verified));
  state.find_oldest_pass();
  const dkim::SignatureResult& newest = result.message_signatures.back();
  if (newest.result != Result::pass) {
    result.unknown = newest.result == Result::temperror;
    const std::string why = newest.detail.empty() ? "" : ": " + newest.detail;
    state.fail(ChainFault::message_signature, fmt::format("{}{}", to_string(newest.reason), why),
               static_cast<unsigned>(result.chain.sets.size()));
    co_return std::move(result);
  }
  co_await state.judge_seals(resolver);
  if (result.status != ChainStatus::fail) result.status = ChainStatus::pass;
  co_return std::move(result);
}

task::Task<ChainResult> validate(dns::Resolver& resolver, mail::Message message, dkim::VerifyOptions options) {
  Validation validation(message, options);
  validation.body(message.body());
  co_return co_await validation.finish(resolver);
}

}  // namespace envelint::arc
