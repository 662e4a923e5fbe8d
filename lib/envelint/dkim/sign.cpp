#include <envelint/dkim/sign.hpp>

#include <envelint/dkim/digest.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/mail/folded_field.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace envelint::dkim {
namespace {

using mail::FoldedField;

constexpr std::string_view kHead = "DKIM-Signature:";

enum class Oversign : std::uint8_t { always, if_present, never };

struct Recommended {
  std::string_view name;
  Oversign oversign;
};

/// A field that is not there is sealed off where adding it changes what readers see; those that relays and lists add
/// for honest reasons are signed only if they are there.
constexpr std::array<Recommended, 26> kRecommended{{
    {"from", Oversign::always},
    {"to", Oversign::always},
    {"cc", Oversign::always},
    {"subject", Oversign::always},
    {"date", Oversign::always},
    {"reply-to", Oversign::always},
    {"content-type", Oversign::always},
    {"content-transfer-encoding", Oversign::always},
    {"message-id", Oversign::if_present},
    {"mime-version", Oversign::if_present},
    {"sender", Oversign::if_present},
    {"in-reply-to", Oversign::if_present},
    {"references", Oversign::if_present},
    {"content-disposition", Oversign::if_present},
    {"resent-date", Oversign::never},
    {"resent-from", Oversign::never},
    {"resent-to", Oversign::never},
    {"resent-cc", Oversign::never},
    {"list-id", Oversign::never},
    {"list-help", Oversign::never},
    {"list-unsubscribe", Oversign::if_present},
    {"list-unsubscribe-post", Oversign::if_present},
    {"list-subscribe", Oversign::never},
    {"list-post", Oversign::never},
    {"list-owner", Oversign::never},
    {"list-archive", Oversign::never},
}};

void add_name(std::vector<std::string>& out, std::string_view name, std::size_t there, bool once_more) {
  out.insert(out.end(), there + (once_more ? 1 : 0), std::string(name));
}

// hdr-name of §2.10: a field name without a semicolon. The field that is made may not be in its own h= (§3.5).
bool is_signable(std::string_view name) {
  const bool well_formed =
      !name.empty() && std::ranges::all_of(name, [](char c) { return text::is_vchar(c) && c != ':' && c != ';'; });
  return well_formed && !text::iequals(name, "dkim-signature");
}

bool is_ascii(std::string_view text) { return std::ranges::all_of(text, text::is_ascii); }

/// dkim-quoted-printable (§2.11); `utf8` may stay as it is in internationalized mail (RFC 8616 §5).
std::string quoted_printable(std::string_view text, bool utf8) {
  std::string out;
  for (const char c : text) {
    const bool plain = text::is_ascii(c) ? text::is_vchar(c) && c != '=' && c != ';' : utf8;
    if (plain)
      out.push_back(c);
    else
      out.append(fmt::format("={:02X}", static_cast<unsigned char>(c)));
  }
  return out;
}

}  // namespace

std::string_view to_string(SignFault fault) noexcept {
  constexpr std::array<std::string_view, 12> kWords{
      "the message has no From field",
      "the message has several From fields",
      "the message has no empty line behind its header",
      "the header is too long",
      "there are too many fields to sign",
      "there is no key to sign with",
      "the domain is no domain name",
      "the selector is no selector",
      "the identity is no address at the domain or below it",
      "a name of a field to sign is none, or is DKIM-Signature itself",
      "the lifetime is zero or too long",
      "the key does not sign",
  };
  return kWords[static_cast<std::size_t>(fault)];
}

std::vector<std::string> recommended_fields(const mail::Message& message, bool oversign) {
  std::vector<std::string> out;
  for (const Recommended& field : kRecommended) {
    const std::size_t there = message.count(field.name);
    const bool seal = field.oversign == Oversign::always || (field.oversign == Oversign::if_present && there > 0);
    add_name(out, field.name, there, oversign && seal);
  }
  return out;
}

struct Signing::State {
  State(const mail::Message& of, SignOptions with)
      : message(&of), options(std::move(with)), digest(HashAlgorithm::sha256), canonicalizer(options.body, digest) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  const mail::Message* message;
  SignOptions options;
  Digest digest;
  BodyCanonicalizer canonicalizer;

  [[nodiscard]] std::optional<SignFault> check_message() const;
  [[nodiscard]] std::expected<std::vector<std::string>, SignFault> names() const;
  [[nodiscard]] std::expected<std::string, SignFault> sign_with(const SigningKey& key, std::string_view body_hash,
                                                                const std::vector<std::string>& names) const;
  [[nodiscard]] std::expected<FoldedField, SignFault> draft(const SigningKey& key, std::string_view body_hash,
                                                            const std::vector<std::string>& names) const;
};

Signing::Signing(const mail::Message& message, SignOptions options)
    : state_(std::make_unique<State>(message, std::move(options))) {}
Signing::~Signing() = default;
Signing::Signing(Signing&&) noexcept = default;
Signing& Signing::operator=(Signing&&) noexcept = default;

void Signing::body(std::string_view chunk) { state_->canonicalizer.update(chunk); }

std::optional<SignFault> Signing::State::check_message() const {
  if (message->cut()) return SignFault::header_too_long;
  const std::size_t froms = message->count("from");
  if (froms == 0) return SignFault::no_from;
  if (froms > 1) return SignFault::several_from;
  if (!message->has_header_end()) return SignFault::no_header_end;
  constexpr std::uint64_t kMostSeconds = 999'999'999'999;  // 12 digits (§3.5)
  const std::uint64_t lifetime = options.lifetime.value_or(1);
  if (lifetime == 0 || options.now > kMostSeconds || lifetime > kMostSeconds - options.now) {
    return SignFault::bad_lifetime;
  }
  return std::nullopt;
}

/// What stands in `h=`.
std::expected<std::vector<std::string>, SignFault> Signing::State::names() const {
  std::vector<std::string> out;
  if (options.fields.empty()) {
    out = recommended_fields(*message, options.oversign);
  } else {
    std::vector<std::string> wanted{"from"};
    for (const std::string& name : options.fields) {
      if (!is_signable(name)) return std::unexpected(SignFault::bad_field_name);
      std::string lower = text::lower(name);
      if (std::ranges::find(wanted, lower) == wanted.end()) wanted.push_back(std::move(lower));
    }
    for (const std::string& name : wanted) add_name(out, name, message->count(name), options.oversign);
  }
  if (out.size() > kMaxSignedFields) return std::unexpected(SignFault::too_many_names);
  return out;
}

/// The field up to `b=`.
std::expected<FoldedField, SignFault> Signing::State::draft(const SigningKey& key, std::string_view body_hash,
                                                            const std::vector<std::string>& names) const {
  // RFC 8616 §5: U-labels only in internationalized mail, which has a header that is not ASCII.
  const bool utf8 = !is_ascii(message->header());
  const auto written = [&](std::string_view name) {
    return utf8 || is_ascii(name) ? std::string(name) : dns::to_a_labels(name).value_or("");
  };
  const std::string domain = written(options.domain);
  const std::string selector = written(key.selector);
  if (!read_domain(domain, 2)) return std::unexpected(SignFault::bad_domain);
  if (!read_domain(selector, 1)) return std::unexpected(SignFault::bad_selector);

  const bool ed25519 = key.key->algorithm() == KeyAlgorithm::ed25519;
  FoldedField out(kHead);
  out.word("v=1;");
  out.word(fmt::format("a={};", to_string(ed25519 ? SigningAlgorithm::ed25519_sha256 : SigningAlgorithm::rsa_sha256)));
  out.word(fmt::format("c={}/{};", to_string(options.header), to_string(options.body)));
  out.word(fmt::format("d={};", domain));
  out.word(fmt::format("s={};", selector));
  if (!options.identity.empty()) {
    const std::size_t at = options.identity.rfind('@');
    if (at == std::string::npos) return std::unexpected(SignFault::bad_identity);
    const std::string identity = options.identity.substr(0, at + 1) + written(options.identity.substr(at + 1));
    out.word(fmt::format("i={};", quoted_printable(identity, utf8)));
  }
  out.word(fmt::format("t={};", options.now));
  if (options.lifetime) out.word(fmt::format("x={};", options.now + *options.lifetime));
  if (options.body_length) out.word(fmt::format("l={};", digest.octets()));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string_view end = i + 1 == names.size() ? ";" : ":";
    if (i == 0)
      out.word(fmt::format("h={}{}", names[i], end));
    else
      out.glue(fmt::format("{}{}", names[i], end));
  }
  out.word(fmt::format("bh={};", body_hash));
  out.word("b=");
  return out;
}

std::expected<std::string, SignFault> Signing::State::sign_with(const SigningKey& key, std::string_view body_hash,
                                                                const std::vector<std::string>& names) const {
  auto field = draft(key, body_hash, names);
  if (!field) return std::unexpected(field.error());
  const Signature signature = parse_signature(std::string_view(field->text()).substr(kHead.size()));
  // The draft lacks b=, and has no other fault than what was asked for.
  for (const SignatureFault& fault : signature.faults()) {
    if (fault.tag == SignatureTagId::identity) return std::unexpected(SignFault::bad_identity);
    if (fault.tag == SignatureTagId::selector) return std::unexpected(SignFault::bad_selector);
  }
  FieldPicker picker(*message);
  std::vector<std::optional<std::size_t>> covered;
  for (const std::string& name : names) covered.push_back(picker.next(name));
  const text::Bytes hash = digest_of(HashAlgorithm::sha256, signed_header(*message, signature, kHead, covered));
  PrivateKey::Digest octets{};
  std::ranges::copy(hash, octets.begin());
  const auto made = key.key->sign(octets);
  if (!made) return std::unexpected(SignFault::key_failed);
  field->stream(text::base64_encode(*made));
  return field->text() + "\r\n";
}

std::expected<std::string, SignFault> Signing::finish(const std::vector<SigningKey>& keys) {
  State& state = *state_;
  state.canonicalizer.finish();
  const std::string body_hash = text::base64_encode(state.digest.finish());
  if (const auto fault = state.check_message()) return std::unexpected(*fault);
  if (keys.empty()) return std::unexpected(SignFault::no_key);
  const auto names = state.names();
  if (!names) return std::unexpected(names.error());
  std::string out;
  for (const SigningKey& key : keys) {
    auto field = state.sign_with(key, body_hash, *names);
    if (!field) return field;
    out += *field;
  }
  return out;
}

std::expected<std::string, SignFault> sign(const mail::Message& message, const std::vector<SigningKey>& keys,
                                           SignOptions options) {
  Signing signing(message, std::move(options));
  signing.body(message.body());
  return signing.finish(keys);
}

}  // namespace envelint::dkim
