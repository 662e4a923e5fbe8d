#include <envelint/dkim/key_judgement.hpp>

#include <envelint/dns/describe.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace envelint::dkim {
namespace {

/// What keeps a key record from being used for a signature (§6.1.2 steps 5 to 8, §3.6.1, RFC 8301 §3.2).
struct Objection {
  Reason reason;
  std::string detail;
};

bool is_malformed(const KeyRecord& record) {
  if (std::ranges::any_of(record.faults(), &KeyFault::fatal)) return true;
  const KeyTag* version = record.find(TagId::version);
  return version != nullptr && (version != &record.tags().front() || record.slice(version->value) != "DKIM1");
}

std::optional<Objection> object_to_words(const KeyRecord& record, const Signature& signature) {
  if (is_malformed(record)) return Objection{Reason::key_syntax_error, "the record is no DKIM key record"};
  const SigningAlgorithm algorithm = *signature.algorithm();
  if (const auto hashes = record.value(TagId::hashes); hashes && !list_has(*hashes, to_string(hash_of(algorithm)))) {
    return Objection{Reason::inappropriate_hash,
                     fmt::format("h= of the key does not hold {}", to_string(hash_of(algorithm)))};
  }
  if (record.revoked()) return Objection{Reason::key_revoked, "p= of the key is empty"};
  if (record.find(TagId::key) == nullptr) return Objection{Reason::key_syntax_error, "the record has no p="};
  if (record.key_type() != key_type(algorithm)) {
    return Objection{Reason::inappropriate_key,
                     fmt::format("{} needs a key with k={}", to_string(algorithm), key_type(algorithm))};
  }
  const auto services = record.value(TagId::services);
  if (services && !list_has(*services, "*") && !list_has(*services, "email")) {
    return Objection{Reason::inappropriate_service, "s= of the key holds neither * nor email"};
  }
  const auto flags = record.value(TagId::flags);
  if (flags && list_has(*flags, "s") && signature.identity_domain() != signature.domain_name()) {
    return Objection{Reason::subdomain_not_allowed, "the key has t=s, and the domain of i= is below d="};
  }
  return std::nullopt;
}

std::optional<Objection> object_to_key(const LoadedKey& key) {
  if (!key.key) {
    const bool unreadable = key.key.error() == KeyTrouble::unreadable;
    return Objection{unreadable ? Reason::key_syntax_error : Reason::key_unusable,
                     std::string(to_string(key.key.error()))};
  }
  if (!key.data.is_exactly(key.record.key_type())) {
    return Objection{Reason::key_syntax_error, "p= holds a key in another form than verifiers read"};
  }
  if (key.key->algorithm() == KeyAlgorithm::rsa && key.key->bits() < kMinRsaBits) {
    return Objection{Reason::key_too_short,
                     fmt::format("it has {} bits, the least are {}", key.key->bits(), kMinRsaBits)};
  }
  return std::nullopt;
}

KeyJudgement refused(Result result, Reason reason, std::string detail = {}) {
  return {.ok = false, .result = result, .reason = reason, .detail = std::move(detail)};
}

}  // namespace

KeyJudgement judge_key(const Signature& signature, const dns::Answer& answer, KeyCache* cache) {
  if (answer.unknown()) {
    return {.result = Result::temperror, .reason = Reason::key_unavailable, .detail = dns::describe(answer)};
  }
  if (answer.nothing()) return refused(Result::permerror, Reason::no_key);
  // §6.1.2 step 4 and §3.6.2.2: with several records it is not defined which one counts.
  if (answer.records.size() > 1) {
    return refused(Result::permerror, Reason::several_keys, fmt::format("there are {}", answer.records.size()));
  }
  const auto* text = std::get_if<dns::Text>(&answer.records.front().data);
  const std::string_view joined = text == nullptr ? std::string_view() : text->joined();
  KeyJudgement out;
  out.key = cache == nullptr ? load_key(joined) : cache->get(joined);
  out.testing = list_has(out.key->record.value(TagId::flags).value_or(""), "y");
  auto objection = object_to_words(out.key->record, signature);
  if (!objection) objection = object_to_key(*out.key);
  out.ok = !objection;
  if (!objection) return out;
  out.result = Result::permerror;
  out.reason = objection->reason;
  out.detail = std::move(objection->detail);
  return out;
}

}  // namespace envelint::dkim
