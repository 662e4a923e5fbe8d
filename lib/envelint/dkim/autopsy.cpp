#include <envelint/dkim/autopsy.hpp>

#include <envelint/dkim/common_selectors.hpp>
#include <envelint/dkim/header_search.hpp>
#include <envelint/dkim/key_name.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/dns/text.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace envelint::dkim {
namespace {

bool has_failed(const Autopsy& autopsy, Place place) {
  return std::ranges::find(autopsy.failed, place) != autopsy.failed.end();
}

bool explains(const Autopsy& autopsy, Place place) {
  return std::ranges::find(autopsy.changes, place, &Change::place) != autopsy.changes.end();
}

void take(Autopsy& out, SearchResult found) {
  out.tried += found.tried;
  out.gave_up = out.gave_up || found.gave_up;
  std::ranges::move(found.changes, std::back_inserter(out.changes));
}

// Body

void look_into_body(Autopsy& out, const mail::Message& message, const SignatureResult& result,
                    const SearchLimits& limits) {
  if (result.body_hash_ok != false) return;
  out.failed.push_back(Place::body);
  const Signature& signature = result.signature;
  BodyQuestion question;
  question.kind = signature.body_canonicalization();
  question.hash = hash_of(*signature.algorithm());
  question.length = signature.length();
  question.wanted = signature.body_hash();
  take(out, search_body(message, question, limits));
  if (question.length && *question.length != Signature::kInfinite && *question.length > result.body_octets) {
    out.known.push_back(fmt::format("`l=` says that {} octets of the body were signed, and {} are there{}",
                                    *question.length, result.body_octets,
                                    result.header_signature_ok == true ? ": the end was cut off" : ""));
  }
  if (result.header_signature_ok == true && !explains(out, Place::body)) {
    out.known.emplace_back("the header signature holds: no signed field was changed, and the body alone does not fit");
  }
}

// Key and header

/// A key that may have been meant, and where it is.
struct OtherKey {
  std::shared_ptr<const LoadedKey> key;
  Cause cause;
  std::string selector;
  std::string domain;
};

bool fits_algorithm(const LoadedKey& key, const Signature& signature) {
  if (!key.key) return false;
  const bool rsa = key_type(*signature.algorithm()) == "rsa";
  return key.data.algorithm == (rsa ? KeyAlgorithm::rsa : KeyAlgorithm::ed25519);
}

/// One signature whose header or key does not hold.
class HeaderCase {
 public:
  HeaderCase(Autopsy& out, const mail::Message& message, const SignatureResult& result, const SearchLimits& limits)
      : out_(out),
        message_(message),
        result_(result),
        limits_(limits),
        octets_(signed_header(message, result.signature, result.field, result.covered)) {}

  /// With the key that the signature names.
  void look() {
    if (result_.header_signature_ok != false) {
      const bool another_may_do = result_.key_ok == false && result_.header_signature_ok != true;
      if (another_may_do) out_.failed.push_back(Place::key);
      return;
    }
    const SignatureOracle oracle(*result_.key->key, result_.signature);
    const bool rsa = result_.key->key->algorithm() == KeyAlgorithm::rsa;
    out_.failed.push_back(rsa && !oracle.opened() ? Place::key : Place::header);
    if (rsa && !oracle.opened()) return say_not_opened();
    if (result_.body_hash_ok == true) out_.known.emplace_back("the body hash holds: the body was not changed");
    if (rsa && oracle.hash() != hash_of(*result_.signature.algorithm())) {
      out_.known.push_back(
          fmt::format("the signature was made with {}, which is not what `a=` says", to_string(*oracle.hash())));
    }
    search(oracle);
    if (explains(out_, Place::header)) return;
    if (rsa)
      out_.known.emplace_back(
          "the signature was made with this key: a field that it covers was changed, added or removed");
    say_absent();
  }

  /// Whether another key is to be looked for.
  [[nodiscard]] bool wants_key() const {
    if (has_failed(out_, Place::key)) return result_.header_signature_ok != true;
    return has_failed(out_, Place::header) && !explains(out_, Place::header) &&
           key_type(*result_.signature.algorithm()) == "ed25519";
  }

  /// @return whether the signature was made with this key.
  bool try_key(const OtherKey& other) {
    if (!fits_algorithm(*other.key, result_.signature)) return false;
    const SignatureOracle oracle(*other.key->key, result_.signature);
    ++out_.tried;
    const bool verifies = oracle.accepts(octets_);
    if (!verifies && !oracle.opened()) return false;
    Change change;
    change.cause = other.cause;
    change.place = Place::key;
    change.selector = other.selector;
    change.domain = other.domain;
    std::ranges::replace(out_.failed, Place::header, Place::key);
    out_.changes.push_back(std::move(change));
    if (verifies) return true;
    out_.failed.push_back(Place::header);
    search(oracle);
    return true;
  }

 private:
  void search(const SignatureOracle& oracle) {
    take(out_, search_header(message_, result_.signature, result_.field, result_.covered, oracle, limits_));
  }

  void say_not_opened() {
    const std::size_t octets = result_.signature.signature().size();
    const std::size_t needed = (std::size_t{result_.key_bits()} + 7) / 8;
    if (octets != needed) {
      out_.known.push_back(
          fmt::format("`b=` has {} octets, and a signature with the key at {} has {}: it was made with "
                      "another key, or is cut",
                      octets, result_.signature.key_name()->to_string(), needed));
      return;
    }
    out_.known.push_back(
        fmt::format("the signature was not made with the key at {}, or `b=` is damaged: no change to "
                    "the header explains that it fails",
                    result_.signature.key_name()->to_string()));
  }

  void say_absent() {
    std::string names;
    std::size_t count = 0;
    for (std::size_t i = 0; i < result_.covered.size(); ++i) {
      const std::string_view name = result_.signature.slice(result_.signature.signed_fields()[i]);
      if (result_.covered[i] || message_.find(name) != nullptr || ++count > 10) continue;
      names += (names.empty() ? "" : ", ") + text::visible(name);
    }
    if (!names.empty()) {
      out_.known.push_back(
          fmt::format("`h=` names fields that are not there: {}; they were removed, or signed so that "
                      "nobody adds them",
                      names));
    }
  }

  Autopsy& out_;
  const mail::Message& message_;
  const SignatureResult& result_;
  const SearchLimits& limits_;
  std::string octets_;
};

// Other keys

struct KeyPlace {
  dns::Name name;
  Cause cause;
  std::string selector;
  std::string domain;
};

/// Where the key may be, most likely first.
class KeyPlaces {
 public:
  KeyPlaces(const Signature& signature, std::size_t most) : signature_(signature), most_(most) {}

  void add(Cause cause, std::string_view selector, const dns::Name& domain) {
    const auto labels = read_domain(selector, 1);
    auto name = labels ? key_name(*labels, domain) : std::nullopt;
    if (places_.size() >= most_ || !name || *name == *signature_.key_name()) return;
    if (std::ranges::find(places_, *name, &KeyPlace::name) != places_.end()) return;
    places_.push_back({*std::move(name), cause, std::string(selector), domain.to_string()});
  }

  std::vector<KeyPlace> take() { return std::move(places_); }

 private:
  const Signature& signature_;
  std::size_t most_;
  std::vector<KeyPlace> places_;
};

std::vector<KeyPlace> key_places(const Signature& signature, const std::vector<SignatureResult>& results,
                                 const AutopsyOptions& options) {
  KeyPlaces places(signature, options.limits.questions);
  const dns::Name& domain = *signature.domain_name();
  for (const std::string& selector : options.selectors) places.add(Cause::other_selector, selector, domain);
  for (const SignatureResult& other : results) {
    if (other.signature.key_name()) places.add(Cause::other_selector, other.signature.selector(), domain);
  }
  // The same selector where the domain was meant to be another one.
  if (signature.identity_domain()) places.add(Cause::other_domain, signature.selector(), *signature.identity_domain());
  if (domain.label_count() > 2) places.add(Cause::other_domain, signature.selector(), domain.parent());
  for (const std::string_view selector : common_selectors()) places.add(Cause::other_selector, selector, domain);
  return places.take();
}

std::shared_ptr<const LoadedKey> key_of(const dns::Record& record) {
  const auto* text = std::get_if<dns::Text>(&record.data);
  return text == nullptr ? nullptr : load_key(text->joined());
}

constexpr std::size_t kMostRecords = 10;  // of one name

bool try_records(HeaderCase& header, const dns::Answer& answer, const KeyPlace& place) {
  for (std::size_t i = 0; i < std::min(answer.records.size(), kMostRecords); ++i) {
    const auto key = key_of(answer.records[i]);
    if (key && header.try_key({key, place.cause, place.selector, place.domain})) return true;
  }
  return false;
}

/// Tries the records of the signature's own selector where there are several, then those of other places.
task::Task<void> look_for_key(dns::Resolver* resolver, HeaderCase* header, const SignatureResult* result,
                              std::vector<KeyPlace> places) {
  const Signature& signature = result->signature;
  const KeyPlace here{*signature.key_name(), Cause::other_record, std::string(signature.selector()),
                      signature.domain_name()->to_string()};
  if (result->key_answer->records.size() > 1 && try_records(*header, *result->key_answer, here)) co_return;
  std::vector<task::Task<dns::Answer>> questions;
  for (const KeyPlace& place : places) questions.push_back(resolver->query(dns::Query(place.name, dns::Type::txt)));
  const std::vector<dns::Answer> answers = co_await task::gather(std::move(questions));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].has_records() && try_records(*header, answers[i], places[i])) co_return;
  }
}

// Words

std::string_view unexplained(Place place) {
  switch (place) {
    case Place::body: return "unknown why the body hash does not fit";
    case Place::header: return "unknown why the header signature does not verify";
    case Place::key: return "no key that was looked for made this signature";
  }
  return "";
}

void sum_up(Autopsy& out) {
  if (!out.needed()) return;
  out.complete = std::ranges::all_of(out.failed, [&](Place place) { return explains(out, place); });
  for (const Change& change : out.changes) out.summary += (out.summary.empty() ? "" : "; ") + describe(change);
  for (const Place place : out.failed) {
    if (explains(out, place)) continue;
    out.summary.append(out.summary.empty() ? "" : "; ").append(unexplained(place));
  }
  if (!out.complete && out.gave_up) out.known.emplace_back("the search ended at a limit before everything was tried");
}

bool can_be_searched(const mail::Message& message, const SignatureResult& result) {
  return !result.skipped() && !result.body_hash.empty() && result.signature.algorithm() &&
         result.signature.key_name() && result.reason != Reason::header_too_large && !message.cut();
}

}  // namespace

task::Task<std::vector<Autopsy>> autopsy(dns::Resolver& resolver, const mail::Message* message,
                                         const std::vector<SignatureResult>* results, AutopsyOptions options) {
  std::vector<Autopsy> out(results->size());
  for (std::size_t i = 0; i < results->size(); ++i) {
    const SignatureResult& result = (*results)[i];
    if (!can_be_searched(*message, result)) continue;
    look_into_body(out[i], *message, result, options.limits);
    HeaderCase header(out[i], *message, result, options.limits);
    header.look();
    if (header.wants_key() && result.key_answer) {
      auto places = key_places(result.signature, *results, options);
      co_await look_for_key(&resolver, &header, &result, std::move(places));
    }
    sum_up(out[i]);
  }
  co_return out;
}

}  // namespace envelint::dkim
