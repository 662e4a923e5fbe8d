#include <envelint/dkim/verify.hpp>

#include <envelint/dkim/key_judgement.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace envelint::dkim {
namespace {

using FaultKind = SignatureFault::Kind;

/// One way to hash the body, shared by all signatures that ask for it.
class BodyHash {
 public:
  BodyHash(Canonicalization kind, HashAlgorithm hash, std::uint64_t length)
      : kind_(kind), hash_(hash), length_(length), digest_(hash, length), canonicalizer_(kind, digest_) {}
  BodyHash(const BodyHash&) = delete;
  BodyHash& operator=(const BodyHash&) = delete;

  [[nodiscard]] bool is(Canonicalization kind, HashAlgorithm hash, std::uint64_t length) const noexcept {
    return kind == kind_ && hash == hash_ && length == length_;
  }
  void update(std::string_view chunk) { canonicalizer_.update(chunk); }
  void finish() {
    canonicalizer_.finish();
    value_ = digest_.finish();
  }
  [[nodiscard]] const text::Bytes& value() const noexcept { return value_; }
  [[nodiscard]] std::uint64_t octets() const noexcept { return digest_.octets(); }

 private:
  Canonicalization kind_;
  HashAlgorithm hash_;
  std::uint64_t length_;
  Digest digest_;
  BodyCanonicalizer canonicalizer_;
  text::Bytes value_;
};

void conclude(SignatureResult& out, Result result, Reason reason, std::string detail = {}) {
  if (out.result != Result::none) return;  // what comes first in §6.1 counts
  out.result = result;
  out.reason = reason;
  out.detail = std::move(detail);
}

std::pair<Result, Reason> outcome_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::syntax:
    case FaultKind::duplicate:
    case FaultKind::value:
    case FaultKind::never_valid:
    case FaultKind::forbidden:
    case FaultKind::too_long: return {Result::permerror, Reason::syntax_error};
    case FaultKind::missing: return {Result::permerror, Reason::missing_tag};
    case FaultKind::version: return {Result::permerror, Reason::incompatible_version};
    case FaultKind::from_unsigned: return {Result::permerror, Reason::from_not_signed};
    case FaultKind::identity_outside: return {Result::permerror, Reason::domain_mismatch};
    case FaultKind::unknown_algorithm: return {Result::neutral, Reason::unknown_algorithm};
    case FaultKind::unknown_canonicalization: return {Result::neutral, Reason::unknown_canonicalization};
    case FaultKind::unknown_method: return {Result::neutral, Reason::unknown_method};
    case FaultKind::too_many_fields: return {Result::policy, Reason::too_many_names};
  }
  return {Result::permerror, Reason::syntax_error};
}

/// Whether the signature can be tried all the same, to find the facts out: it is plain what was signed and how.
bool leaves_facts(const SignatureFault& fault) {
  return fault.kind == FaultKind::from_unsigned || fault.kind == FaultKind::identity_outside ||
         fault.kind == FaultKind::never_valid;
}

bool can_be_tried(const Signature& signature) {
  return signature.algorithm() && signature.key_name() && std::ranges::all_of(signature.faults(), leaves_facts);
}

/// §6.1.1: errors before what is not known, and that before what is too much.
void judge_faults(SignatureResult& out) {
  for (const Result result : {Result::permerror, Result::neutral, Result::policy}) {
    for (const SignatureFault& fault : out.signature.faults()) {
      const auto [its_result, reason] = outcome_of(fault.kind);
      if (its_result == result) conclude(out, result, reason, describe(fault));
    }
  }
}

void judge_time(SignatureResult& out, const VerifyOptions& options) {
  const auto expiration = out.signature.expiration();
  if (expiration && *expiration < options.now && options.now - *expiration > options.clock_skew) {
    conclude(out, Result::permerror, Reason::expired, fmt::format("x= was {} seconds ago", options.now - *expiration));
  }
  const auto timestamp = out.signature.timestamp();
  out.in_future = timestamp && *timestamp > options.now && *timestamp - options.now > options.clock_skew;
}

void judge_key(SignatureResult& out, KeyCache* cache) {
  KeyJudgement judgement = judge_key(out.signature, *out.key_answer, cache);
  out.key = std::move(judgement.key);
  out.testing = judgement.testing;
  out.key_ok = judgement.ok;
  if (judgement.ok != true) conclude(out, judgement.result, judgement.reason, std::move(judgement.detail));
}

void judge_body(SignatureResult& out) {
  if (out.body_hash.empty()) return;
  const auto length = out.signature.length();
  if (length && *length > out.body_octets) {
    out.body_hash_ok = false;
    return conclude(out, Result::permerror, Reason::length_beyond_body,
                    fmt::format("the canonical body has {} octets", out.body_octets));
  }
  if (length) out.unsigned_octets = out.body_octets - *length;
  out.body_hash_ok = out.body_hash == out.signature.body_hash();
}

std::size_t covered_octets(const mail::Message& message, const SignatureResult& result) {
  std::size_t octets = message.fields()[result.field].whole.size();
  for (const std::optional<std::size_t>& field : result.covered) {
    if (field) octets += message.fields()[*field].whole.size();
  }
  return octets;
}

void judge_header(SignatureResult& out, const mail::Message& message, const Limits& limits) {
  if (covered_octets(message, out) > limits.signed_header || message.cut()) {
    return conclude(out, Result::policy, Reason::header_too_large,
                    fmt::format("more than {} octets are not looked at", limits.signed_header));
  }
  if (!out.key || !out.key->key ||
      out.key->data.algorithm !=
          (key_type(*out.signature.algorithm()) == "rsa" ? KeyAlgorithm::rsa : KeyAlgorithm::ed25519)) {
    return;
  }
  const HashAlgorithm hash = hash_of(*out.signature.algorithm());
  const text::Bytes digest = digest_of(hash, signed_header(message, out.signature, out.field, out.covered));
  out.header_signature_ok = out.key->key->verify(hash, digest, out.signature.signature());
}

/// What receivers and their users act on (RFC 6376 §5.4.1, and fields by which content is hidden or shown otherwise).
constexpr std::array<std::string_view, 15> kActedOn{"cc",
                                                    "content-transfer-encoding",
                                                    "content-type",
                                                    "date",
                                                    "from",
                                                    "in-reply-to",
                                                    "list-unsubscribe",
                                                    "message-id",
                                                    "mime-version",
                                                    "references",
                                                    "reply-to",
                                                    "sender",
                                                    "subject",
                                                    "to",
                                                    "list-unsubscribe-post"};

}  // namespace

std::uint32_t SignatureResult::key_bits() const noexcept {
  if (!key) return 0;
  return key->key ? key->key->bits() : key->data.bits;
}

struct Verification::State {
  State(const mail::Message& of, VerifyOptions with, SignatureField which)
      : message(&of), options(with), field_kind(which) {}

  const mail::Message* message;
  VerifyOptions options;
  SignatureField field_kind;
  std::vector<SignatureResult> results;
  std::vector<BodyHash*> body_of;  // for each result its hash, or nullptr
  std::vector<std::unique_ptr<BodyHash>> bodies;

  void add(std::size_t field, std::size_t seen);
  BodyHash* body_for(const Signature& signature);
  void judge(std::size_t index);
};

Verification::Verification(const mail::Message& message, VerifyOptions options, SignatureField kind)
    : state_(std::make_unique<State>(message, options, kind)) {
  const std::string_view name = name_of(kind);
  const std::uint32_t hash = mail::name_hash(name);
  std::size_t seen = 0;
  for (std::size_t i = 0; i < message.fields().size(); ++i) {
    const mail::Field& field = message.fields()[i];
    if (field.hash == hash && message.is(field, name)) state_->add(i, seen++);
  }
  if (seen > state_->results.size()) {
    state_->results.back().detail = fmt::format("nor the {} signatures below it", seen - state_->results.size());
  }
}

Verification::~Verification() = default;
Verification::Verification(Verification&&) noexcept = default;
Verification& Verification::operator=(Verification&&) noexcept = default;

void Verification::State::add(std::size_t field, std::size_t seen) {
  if (results.size() == options.limits.reported) return;
  SignatureResult& result = results.emplace_back();
  body_of.push_back(nullptr);
  result.field = field;
  result.signature = parse_signature(message->value(message->fields()[field]), field_kind);
  const bool too_deep = message->fields()[field].whole.end - message->header_start() > options.limits.header;
  if (seen >= options.limits.signatures || too_deep) {
    const std::string why = too_deep
                                ? fmt::format("only the first {} octets of the header count", options.limits.header)
                                : fmt::format("only the first {} signatures count", options.limits.signatures);
    return conclude(result, Result::policy, Reason::skipped, why);
  }
  judge_faults(result);
  if (!can_be_tried(result.signature)) return;
  result.covered = covered_fields(*message, result.signature, field);
  body_of.back() = body_for(result.signature);
}

BodyHash* Verification::State::body_for(const Signature& signature) {
  const Canonicalization kind = signature.body_canonicalization();
  const HashAlgorithm hash = hash_of(*signature.algorithm());
  const std::uint64_t length = signature.length().value_or(Digest::kNoLimit);
  const auto known = std::ranges::find_if(bodies, [&](const auto& body) { return body->is(kind, hash, length); });
  if (known != bodies.end()) return known->get();
  return bodies.emplace_back(std::make_unique<BodyHash>(kind, hash, length)).get();
}

void Verification::body(std::string_view chunk) {
  for (const auto& body : state_->bodies) body->update(chunk);
}

/// The steps of §6.1 in their order; the first that fails gives the result.
void Verification::State::judge(std::size_t index) {
  SignatureResult& out = results[index];
  if (out.skipped() || body_of[index] == nullptr) return;
  out.body_hash = body_of[index]->value();
  out.body_octets = body_of[index]->octets();
  judge_time(out, options);
  if (*out.signature.algorithm() == SigningAlgorithm::rsa_sha1) {
    conclude(out, Result::permerror, Reason::historic_algorithm, "it is not accepted any more (RFC 8301)");
  }
  if (out.key_answer) judge_key(out, options.keys);
  judge_body(out);
  judge_header(out, *message, options.limits);
  if (out.body_hash_ok == false) conclude(out, Result::fail, Reason::body_hash);
  if (out.header_signature_ok == false) conclude(out, Result::fail, Reason::signature);
  if (out.body_hash_ok == true && out.header_signature_ok == true && out.key_ok == true) {
    conclude(out, Result::pass, Reason::verified);
  }
}

task::Task<std::vector<SignatureResult>> Verification::finish(dns::Resolver& resolver) {
  State& state = *state_;
  for (const auto& body : state.bodies) body->finish();

  std::vector<dns::Name> names;
  std::vector<std::size_t> question_of(state.results.size());
  std::vector<task::Task<dns::Answer>> questions;
  for (std::size_t i = 0; i < state.results.size(); ++i) {
    if (state.body_of[i] == nullptr) continue;
    const dns::Name& name = *state.results[i].signature.key_name();
    question_of[i] = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    if (question_of[i] < names.size() || names.size() == state.options.limits.questions) continue;
    names.push_back(name);
    questions.push_back(resolver.query(dns::Query(name, dns::Type::txt)));
  }
  const std::vector<dns::Answer> answers = co_await task::gather(std::move(questions));

  for (std::size_t i = 0; i < state.results.size(); ++i) {
    SignatureResult& result = state.results[i];
    if (state.body_of[i] != nullptr && question_of[i] < answers.size()) {
      result.key_answer = answers[question_of[i]];
    } else if (state.body_of[i] != nullptr) {
      conclude(result, Result::policy, Reason::skipped,
               fmt::format("only {} keys are asked for", state.options.limits.questions));
    }
    state.judge(i);
  }
  co_return std::move(state.results);
}

task::Task<std::vector<SignatureResult>> verify(dns::Resolver& resolver, mail::Message message, VerifyOptions options) {
  Verification verification(message, options);
  verification.body(message.body());
  co_return co_await verification.finish(resolver);
}

Coverage coverage(const mail::Message& message, const SignatureResult& result) {
  std::set<std::size_t> covered;
  for (const std::optional<std::size_t>& field : result.covered) {
    if (field) covered.insert(*field);
  }
  std::set<std::string> signed_names;
  std::set<std::string> open_names;
  for (std::size_t i = 0; i < message.fields().size(); ++i) {
    std::string name = text::lower(message.name(message.fields()[i]));
    const bool counts = std::ranges::find(kActedOn, name) != kActedOn.end();
    if (covered.contains(i)) {
      signed_names.insert(std::move(name));
    } else if (counts) {
      open_names.insert(std::move(name));
    }
  }
  Coverage out;
  for (const std::string& name : open_names) {
    (signed_names.contains(name) ? out.duplicated_names : out.unsigned_names).push_back(name);
  }
  out.signed_names.assign(signed_names.begin(), signed_names.end());
  return out;
}

}  // namespace envelint::dkim
