#include <envelint/dkim/sign.hpp>

#include <envelint/dkim/digest.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/dkim/signer.hpp>
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

constexpr std::string_view kDkim = "dkim-signature";

/// Which of the two fields that are written alike is made.
struct Form {
  SignatureField field;
  unsigned instance;  ///< of an ARC-Message-Signature

  [[nodiscard]] bool is_arc() const noexcept { return field == SignatureField::arc_message_signature; }
  [[nodiscard]] std::string_view head() const noexcept {
    return is_arc() ? "ARC-Message-Signature:" : "DKIM-Signature:";
  }
};

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

// hdr-name of §2.10: a field name without a semicolon. The field that is made may not be in its own h= (§3.5), nor may
// others that change on the way be in that of ARC (RFC 8617 §4.1.2).
bool is_signable(std::string_view name, const Form& form) {
  const bool well_formed =
      !name.empty() && std::ranges::all_of(name, [](char c) { return text::is_vchar(c) && c != ':' && c != ';'; });
  const bool barred = form.is_arc() ? text::istarts_with(name, "arc-") || text::iequals(name, "authentication-results")
                                    : text::iequals(name, kDkim);
  return well_formed && !barred;
}

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

/// What stands in `i=`; nothing for what is no address.
std::optional<std::string> written_identity(std::string_view identity, bool utf8) {
  const std::size_t at = identity.rfind('@');
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view domain = identity.substr(at + 1);
  const bool as_it_is = utf8 || text::all_ascii(domain);
  const std::string name = as_it_is ? std::string(domain) : dns::to_a_labels(domain).value_or("");
  return quoted_printable(std::string(identity.substr(0, at + 1)) + name, utf8);
}

}  // namespace

std::string_view to_string(SignFault fault) noexcept {
  constexpr std::array<std::string_view, 13> kWords{
      "the message has no From field",
      "the message has several From fields",
      "the message has no empty line behind its header",
      "the header begins with a line that continues none",
      "the header is too long",
      "there are too many fields to sign",
      "there is no key to sign with",
      "the domain is no domain name",
      "the selector is no selector",
      "the identity is no address at the domain or below it",
      "a name of a field to sign is none, or one that may not be signed",
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

  [[nodiscard]] std::expected<std::string, SignFault> finish(const Form& form, const std::vector<SigningKey>& keys);

 private:
  [[nodiscard]] std::optional<SignFault> check_message() const;
  [[nodiscard]] std::expected<std::vector<std::string>, SignFault> names(const Form& form) const;
  [[nodiscard]] std::expected<std::string, SignFault> sign_with(const Form& form, const SigningKey& key,
                                                                std::string_view body_hash,
                                                                const std::vector<std::string>& names) const;
  [[nodiscard]] std::expected<FoldedField, SignFault> draft(const Form& form, const SigningKey& key,
                                                            std::string_view body_hash,
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
  if (text::is_wsp(message->header().front())) return SignFault::no_first_field;
  constexpr std::uint64_t kMostSeconds = 999'999'999'999;  // 12 digits (§3.5)
  const std::uint64_t lifetime = options.lifetime.value_or(1);
  if (lifetime == 0 || options.now > kMostSeconds || lifetime > kMostSeconds - options.now) {
    return SignFault::bad_lifetime;
  }
  return std::nullopt;
}

/// What stands in `h=`.
std::expected<std::vector<std::string>, SignFault> Signing::State::names(const Form& form) const {
  std::vector<std::string> out;
  if (options.fields.empty()) {
    out = recommended_fields(*message, options.oversign);
    // RFC 8617 §4.1.2: it should cover those that are there. Who comes next may sign once more.
    const std::size_t room = kMaxSignedFields - std::min(kMaxSignedFields, out.size());
    if (form.is_arc()) add_name(out, kDkim, std::min(room, message->count(kDkim)), false);
  } else {
    std::vector<std::string> wanted{"from"};
    for (const std::string& name : options.fields) {
      if (!is_signable(name, form)) return std::unexpected(SignFault::bad_field_name);
      std::string lower = text::lower(name);
      if (std::ranges::find(wanted, lower) == wanted.end()) wanted.push_back(std::move(lower));
    }
    for (const std::string& name : wanted) add_name(out, name, message->count(name), options.oversign);
  }
  if (out.size() > kMaxSignedFields) return std::unexpected(SignFault::too_many_names);
  return out;
}

/// The field up to `b=`.
std::expected<FoldedField, SignFault> Signing::State::draft(const Form& form, const SigningKey& key,
                                                            std::string_view body_hash,
                                                            const std::vector<std::string>& names) const {
  const bool utf8 = is_internationalized(*message);
  const auto signer = signer_of(options.domain, key, utf8);
  if (!signer) return std::unexpected(signer.error());
  FoldedField out(form.head());
  out.word(form.is_arc() ? fmt::format("i={};", form.instance) : "v=1;");
  out.word(fmt::format("a={};", signer->algorithm));
  out.word(fmt::format("c={}/{};", to_string(options.header), to_string(options.body)));
  out.word(fmt::format("d={};", signer->domain));
  out.word(fmt::format("s={};", signer->selector));
  if (!form.is_arc() && !options.identity.empty()) {
    const auto identity = written_identity(options.identity, utf8);
    if (!identity) return std::unexpected(SignFault::bad_identity);
    out.word(fmt::format("i={};", *identity));
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

std::expected<std::string, SignFault> Signing::State::sign_with(const Form& form, const SigningKey& key,
                                                                std::string_view body_hash,
                                                                const std::vector<std::string>& names) const {
  auto field = draft(form, key, body_hash, names);
  if (!field) return std::unexpected(field.error());
  const Signature signature = parse_signature(std::string_view(field->text()).substr(form.head().size()), form.field);
  // The draft lacks b=, and has no other fault than what was asked for.
  for (const SignatureFault& fault : signature.faults()) {
    if (fault.tag == SignatureTagId::identity) return std::unexpected(SignFault::bad_identity);
    if (fault.tag == SignatureTagId::selector) return std::unexpected(SignFault::bad_selector);
  }
  FieldPicker picker(*message);
  std::vector<std::optional<std::size_t>> covered;
  for (const std::string& name : names) covered.push_back(picker.next(name));
  const std::string hashed = signed_header(*message, signature, form.head(), covered);
  return finish_signature(*std::move(field), key, hashed);
}

std::expected<std::string, SignFault> Signing::State::finish(const Form& form, const std::vector<SigningKey>& keys) {
  canonicalizer.finish();
  const std::string body_hash = text::base64_encode(digest.finish());
  if (const auto fault = check_message()) return std::unexpected(*fault);
  if (keys.empty()) return std::unexpected(SignFault::no_key);
  const auto signed_names = names(form);
  if (!signed_names) return std::unexpected(signed_names.error());
  std::string out;
  for (const SigningKey& key : keys) {
    auto field = sign_with(form, key, body_hash, *signed_names);
    if (!field) return field;
    out += *field;
  }
  return out;
}

std::expected<std::string, SignFault> Signing::finish(const std::vector<SigningKey>& keys) {
  return state_->finish({SignatureField::dkim_signature, 0}, keys);
}

std::expected<std::string, SignFault> Signing::finish_for_arc(const SigningKey& key, unsigned instance) {
  return state_->finish({SignatureField::arc_message_signature, instance}, {key});
}

std::expected<std::string, SignFault> sign(const mail::Message& message, const std::vector<SigningKey>& keys,
                                           SignOptions options) {
  Signing signing(message, std::move(options));
  signing.body(message.body());
  return signing.finish(keys);
}

}  // namespace envelint::dkim
