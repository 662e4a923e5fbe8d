#include <envelint/dkim/key_check.hpp>

#include <envelint/dkim/key_data.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace envelint::dkim {
namespace {

using dns::Name;
using finding::Code;
using finding::Findings;

constexpr std::string_view kBelow = "._domainkey";

std::vector<std::string> texts_of(const dns::Answer& answer) {
  std::vector<std::string> out;
  for (const dns::Record& record : answer.records) {
    if (const auto* text = std::get_if<dns::Text>(&record.data)) out.emplace_back(text->joined());
  }
  return out;
}

std::string_view digits(const KeyData& data) {
  const auto* octets = reinterpret_cast<const char*>(data.public_key.data());
  return text::slice(std::string_view(octets, data.public_key.size()), data.modulus);
}

/// The key in `p=`, whatever is around it, is this one.
bool is_key(const KeyData& data, const PublicKey& key) {
  if (data.public_key.empty() || data.algorithm != key.algorithm) return false;
  if (data.public_key == key.octets) return true;
  if (key.algorithm != KeyAlgorithm::rsa) return false;
  const std::string encoded = key.encoded();
  const KeyData own = read_key(encoded);
  return !own.modulus.empty() && digits(data) == digits(own) && data.exponent == own.exponent;
}

KeyData key_in(const KeyRecord& record) {
  const KeyTag* tag = record.key_tag();
  if (tag == nullptr) return {};
  return read_key(record.slice(tag->value), record.key_type());
}

bool holds(const dns::Answer& answer, const PublicKey& key) {
  return std::ranges::any_of(texts_of(answer),
                             [&](const std::string& text) { return is_key(key_in(parse_key_record(text)), key); });
}

// The characters of base64 in a text, from its start to the first of another kind; blanks are passed over.
std::string leading_base64(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (text::is_space(c)) continue;
    if (!text::is_alnum(c) && c != '+' && c != '/') break;
    out.push_back(c);
  }
  return out;
}

bool is_beginning_of(std::string_view value, const PublicKey& key) {
  constexpr std::size_t kEnough = 48;  // beyond what all RSA keys of a size begin with
  const std::string start = leading_base64(value);
  return start.size() >= kEnough && key.encoded().starts_with(start);
}

std::optional<Name> below(const std::string& labels, const Name& domain) {
  const auto relative = Name::parse(labels);
  if (!relative) return std::nullopt;
  const auto name = relative->under(domain);
  return name ? std::optional(*name) : std::nullopt;
}

std::string describe(const PublicKey& key) {
  if (key.algorithm == KeyAlgorithm::ed25519) return fmt::format("Ed25519, {}", key.fingerprint());
  return fmt::format("RSA, {} bits, {}", key.bits, key.fingerprint());
}

/// Asks. Lives in the frame of collect_key_facts().
class Collector {
 public:
  Collector(dns::Resolver& resolver, KeyCheckRequest request) : dns_(resolver), request_(std::move(request)) {}

  task::Task<KeyCheckFacts> run() {
    facts_.domain = request_.domain;
    facts_.selector = request_.selector;
    facts_.key = request_.key;
    facts_.asked.selector = request_.selector;
    const auto owner = below(request_.selector + std::string(kBelow), request_.domain);
    if (!owner) {
      facts_.asked.txt = dns::Answer(dns::Answer::State::nxdomain);
      co_return std::move(facts_);
    }
    facts_.asked.owner = *owner;
    co_await ask(&facts_.asked);
    if (!facts_.asked.txt.unknown() && !holds(facts_.asked.txt, facts_.key)) co_await ask_others();
    co_return std::move(facts_);
  }

 private:
  task::Task<void> ask(KeyPlace* place) {
    dns::Query query(place->owner, dns::Type::txt);
    place->txt = co_await dns_.query(std::move(query));
  }

  void plan(std::string selector, std::optional<Name> owner) {
    if (!owner || *owner == facts_.asked.owner || facts_.others.size() == kMaxOtherSelectors) return;
    const bool known = std::ranges::any_of(facts_.others, [&](const KeyPlace& place) { return place.owner == *owner; });
    if (!known) facts_.others.push_back({std::move(selector), *std::move(owner), {}});
  }

  task::Task<void> ask_others() {
    // Without `._domainkey`, and with the domain twice behind it: how forms that complete names go wrong.
    plan({}, below(request_.selector, request_.domain));
    const auto doubled = facts_.asked.owner.under(request_.domain);
    if (doubled) plan({}, *doubled);
    for (const std::string& selector : request_.other_selectors) {
      plan(selector, below(selector + std::string(kBelow), request_.domain));
    }
    std::vector<task::Task<void>> work;
    for (KeyPlace& place : facts_.others) work.push_back(ask(&place));
    co_await task::gather(std::move(work));
  }

  dns::Resolver& dns_;
  KeyCheckRequest request_;
  KeyCheckFacts facts_;
};

/// Judges. One use: construct, `judge`.
class Judge {
 public:
  explicit Judge(const KeyCheckFacts& facts) : facts_(facts), owner_(facts.asked.owner.to_string()) {}

  KeyVerdict judge() {
    for (const KeyPlace& place : facts_.others) {
      if (holds(place.txt, facts_.key)) out_.found_at.push_back(place);
    }
    judge_answer();
    out_.findings = std::move(found_).take();
    return std::move(out_);
  }

 private:
  void settle(KeyMatch match, std::string summary) {
    out_.match = match;
    out_.summary = std::move(summary);
  }

  void judge_answer() {
    const dns::Answer& answer = facts_.asked.txt;
    if (answer.unknown()) {
      return settle(KeyMatch::unknown,
                    fmt::format("DNS would not say what is at `{}`: {}{}{}", owner_, dns::to_string(answer.trouble),
                                answer.detail.empty() ? "" : ", ", answer.detail));
    }
    const std::vector<std::string> texts = texts_of(answer);
    if (texts.empty()) return nothing_published();
    if (texts.size() > 1) return several(texts);
    judge_record(parse_key_record(texts.front()));
  }

  /// What to do: sign with the selector where the key is, or publish it here.
  [[nodiscard]] std::string remedy() const {
    const std::string publish =
        fmt::format("publish the record that `envelint keygen {} --selector {} --from KEY` prints",
                    facts_.domain.to_string(), facts_.selector);
    const auto it = std::ranges::find_if(out_.found_at, [](const KeyPlace& place) { return !place.selector.empty(); });
    if (it != out_.found_at.end()) {
      return fmt::format("this key is published at the selector `{}`: sign with that selector, or {}", it->selector,
                         publish);
    }
    if (!out_.found_at.empty()) {
      return fmt::format("this key is published at `{}`, where nobody looks: move it to `{}`",
                         out_.found_at.front().owner.to_string(), owner_);
    }
    return publish;
  }

  void nothing_published() {
    settle(KeyMatch::nothing_published, "nothing is published at this selector");
    found_.add(Code::dkim_selector_without_key, {})
        .owner(owner_)
        .message("no key is published at `{}`", owner_)
        .note("every signature that names this selector fails for want of a key")
        .help("{}", remedy());
  }

  void several(const std::vector<std::string>& texts) {
    const auto count = std::ranges::count_if(texts, [&](const std::string& text) {
      return is_key(key_in(parse_key_record(text)), facts_.key);
    });
    settle(KeyMatch::several_records, fmt::format("{} records are published at this selector", texts.size()));
    found_.add(Code::dkim_key_mismatch, {})
        .owner(owner_)
        .message("{} TXT records stand at `{}`, {}", texts.size(), owner_,
                 count == 0 ? "none of them with this key" : "and this key is in only one of them")
        .note("which of them a receiver takes is undefined (RFC 6376 §3.6.2.2); many then fail the signature")
        .help("leave only the record of this key there; give another key a selector of its own");
  }

  void judge_record(const KeyRecord& record) {
    if (record.revoked()) return revoked(record);
    const KeyTag* tag = record.key_tag();
    if (tag == nullptr) return settle(KeyMatch::unreadable, "the record at this selector holds no key");
    const KeyData data = key_in(record);
    if (is_key(data, facts_.key)) return right_key(record);
    if (is_beginning_of(record.slice(tag->value), facts_.key)) return cut_short(record.slice(tag->value));
    const bool readable = !data.public_key.empty();
    if (!readable && data.form != KeyForm::truncated) {
      return settle(KeyMatch::unreadable, "no key can be made out in the record at this selector");
    }
    if (readable) out_.published = PublicKey{data.algorithm, bits_of(data), data.public_key};
    if (data.algorithm != facts_.key.algorithm) return other_algorithm(*tag, data);
    other_key(*tag, data);
  }

  static std::uint32_t bits_of(const KeyData& data) { return data.algorithm == KeyAlgorithm::rsa ? data.bits : 256; }

  void right_key(const KeyRecord& record) {
    out_.published = facts_.key;
    if (record.valid()) return settle(KeyMatch::matches, "the published key is this one");
    settle(KeyMatch::unusable, "the published key is this one, but receivers cannot use its record");
  }

  // DKIM012 shows where it ends.
  void cut_short(std::string_view value) {
    settle(KeyMatch::cut_short, fmt::format("the published key is this one, cut short: {} of {} characters are there",
                                            leading_base64(value).size(), facts_.key.encoded().size()));
  }

  void revoked(const KeyRecord& record) {
    settle(KeyMatch::revoked, "the key at this selector is revoked");
    found_.add(Code::dkim_key_mismatch, record.find(TagId::key)->span)
        .record(0)
        .message("the key at this selector is revoked: `p=` is empty")
        .note("every signature that names this selector fails, with whatever key it was made (RFC 6376 §6.1.2)")
        .help("{}", out_.found_at.empty() ? "take a new selector for this key: a name that was revoked stays so in "
                                            "caches and archives"
                                          : remedy());
  }

  void other_algorithm(const KeyTag& tag, const KeyData& data) {
    const bool rsa = data.algorithm == KeyAlgorithm::rsa;
    settle(KeyMatch::other_algorithm, "a key of another algorithm is published at this selector");
    found_.add(Code::dkim_key_mismatch, tag.value)
        .record(0)
        .label(rsa                                       ? "an RSA key"
               : data.algorithm == KeyAlgorithm::ed25519 ? "an Ed25519 key"
                                                         : "another key")
        .message("the published key is of another algorithm than the key at hand, which is {}",
                 facts_.key.algorithm == KeyAlgorithm::rsa ? "RSA" : "Ed25519")
        .note("a signature is checked with the published key only; that of another key fails")
        .help("{}", remedy());
  }

  void other_key(const KeyTag& tag, const KeyData& data) {
    settle(KeyMatch::other_key, "another key is published at this selector");
    const auto& chain = facts_.asked.txt.chain;
    auto draft = found_.add(Code::dkim_key_mismatch, tag.value);
    draft.record(0).label("another key").message("the published key is not the one at hand").help("{}", remedy());
    const std::string published =
        out_.published ? describe(*out_.published) : fmt::format("RSA, {} bits, cut short", data.bits);
    const std::string alias =
        chain.empty()
            ? ""
            : fmt::format("; the selector is an alias of `{}`, so the key is kept there", chain.back().to_string());
    draft.note("published: {}; at hand: {}{}", published, describe(facts_.key), alias);
  }

  const KeyCheckFacts& facts_;
  std::string owner_;
  Findings found_;
  KeyVerdict out_;
};

constexpr std::array<std::string_view, 10> kWords{"matches",    "nothing_published", "several_records",
                                                  "revoked",    "cut_short",         "unusable",
                                                  "unreadable", "other_algorithm",   "other_key",
                                                  "unknown"};

}  // namespace

std::string_view to_string(KeyMatch match) noexcept { return kWords[static_cast<std::size_t>(match)]; }

task::Task<KeyCheckFacts> collect_key_facts(dns::Resolver& resolver, KeyCheckRequest request) {
  Collector collector(resolver, std::move(request));
  co_return co_await collector.run();
}

KeyVerdict judge_key(const KeyCheckFacts& facts) { return Judge(facts).judge(); }

}  // namespace envelint::dkim
