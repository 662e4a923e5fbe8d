#include <envelint/dkim/signature.hpp>

#include <envelint/dkim/key_name.hpp>
#include <envelint/dkim/key_record.hpp>
#include <envelint/dns/idna.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace envelint::dkim {
namespace {

using text::Span;
using text::span_of;
using Id = SignatureTagId;
using Kind = SignatureFault::Kind;

constexpr std::array<std::string_view, 17> kNames{"v", "a", "b", "bh", "c", "d", "h",  "i", "l",
                                                  "q", "s", "t", "x",  "z", "i", "cv", ""};
constexpr std::array<Id, 7> kRequired{Id::version, Id::algorithm, Id::signature, Id::body_hash,
                                      Id::domain,  Id::fields,    Id::selector};
constexpr std::array<Id, 7> kRequiredInMessageSignature{Id::instance, Id::algorithm, Id::signature, Id::body_hash,
                                                        Id::domain,   Id::fields,    Id::selector};
constexpr std::array<Id, 6> kRequiredInSeal{Id::instance, Id::algorithm, Id::signature,
                                            Id::domain,   Id::selector,  Id::chain_status};

std::span<const Id> required_in(SignatureField field) {
  switch (field) {
    case SignatureField::dkim_signature: return kRequired;
    case SignatureField::arc_message_signature: return kRequiredInMessageSignature;
    case SignatureField::arc_seal: break;
  }
  return kRequiredInSeal;
}

/// What a tag means in a field. Tags that its RFC does not define are ignored there.
Id id_of(std::string_view name, SignatureField field) {
  const auto it = std::ranges::find(kNames.begin(), kNames.end() - 1, name);
  const Id id = static_cast<Id>(it - kNames.begin());
  if (field == SignatureField::dkim_signature) return id == Id::chain_status ? Id::other : id;
  if (id == Id::identity) return Id::instance;
  if (field == SignatureField::arc_message_signature) {
    return id == Id::version || id == Id::chain_status ? Id::other : id;
  }
  constexpr std::array<Id, 7> kInSeal{Id::algorithm, Id::signature, Id::domain,      Id::fields,
                                      Id::selector,  Id::timestamp, Id::chain_status};
  return std::ranges::find(kInSeal, id) == kInSeal.end() ? Id::other : id;
}

// hyphenated-word = ALPHA [ *(ALPHA / DIGIT / "-") (ALPHA / DIGIT) ] (§2.5).
bool is_hyphenated_word(std::string_view word) {
  return !word.empty() && text::is_alpha(word.front()) && text::is_alnum(word.back()) &&
         std::ranges::all_of(word, [](char c) { return text::is_alnum(c) || c == '-'; });
}

// atext of RFC 5322 §3.2.3, and what RFC 6532 §3.2 adds.
bool is_atext(char c) {
  constexpr text::CharSet kOthers("!#$%&'*+-/=?^_`{|}~");
  return text::is_alnum(c) || kOthers.contains(c) || !text::is_ascii(c);
}

// Local-part = Dot-string / Quoted-string (RFC 5321 §4.1.2).
bool is_local_part(std::string_view local) {
  if (!local.starts_with('"')) {
    const bool dots = local.front() == '.' || local.back() == '.' || local.contains("..");
    return !dots && std::ranges::all_of(local, [](char c) { return is_atext(c) || c == '.'; });
  }
  if (local.size() < 2 || !local.ends_with('"')) return false;
  const std::string_view inner = local.substr(1, local.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (text::is_ascii(inner[i]) && !text::is_vchar(inner[i]) && inner[i] != ' ') return false;
    if (inner[i] == '"') return false;
    if (inner[i] == '\\' && ++i == inner.size()) return false;
  }
  return true;
}

bool is_label(std::string_view label) {
  const auto edge = [](char c) { return text::is_alnum(c) || c == '_'; };
  return !label.empty() && edge(label.front()) && edge(label.back()) &&
         std::ranges::all_of(label, [&](char c) { return edge(c) || c == '-'; });
}

/// A number of at most `digits` digits; kInfinite for a longer one.
std::optional<std::uint64_t> read_number(std::string_view text, std::size_t digits) {
  constexpr std::size_t kMostDigits = 76;  // §3.5, of l=
  if (text.empty() || text.size() > kMostDigits || !std::ranges::all_of(text, text::is_digit)) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size() - 1));
  if (text.size() > digits) return Signature::kInfinite;
  std::uint64_t number = 0;
  for (const char c : text) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  return number;
}

std::optional<unsigned> hex_digit(char c) {
  if (text::is_digit(c)) return c - '0';
  const char upper = text::to_upper(c);
  if (upper >= 'A' && upper <= 'F') return upper - 'A' + 10;
  return std::nullopt;
}

}  // namespace

std::string_view name_of(SignatureField field) noexcept {
  constexpr std::array<std::string_view, 3> kFields{"dkim-signature", "arc-message-signature", "arc-seal"};
  return kFields[static_cast<std::size_t>(field)];
}

std::string_view to_string(SignatureTagId id) noexcept { return kNames[static_cast<std::size_t>(id)]; }

std::string_view to_string(SigningAlgorithm algorithm) noexcept {
  constexpr std::array<std::string_view, 3> kWords{"rsa-sha1", "rsa-sha256", "ed25519-sha256"};
  return kWords[static_cast<std::size_t>(algorithm)];
}

std::string_view key_type(SigningAlgorithm algorithm) noexcept {
  return algorithm == SigningAlgorithm::ed25519_sha256 ? "ed25519" : "rsa";
}

HashAlgorithm hash_of(SigningAlgorithm algorithm) noexcept {
  return algorithm == SigningAlgorithm::rsa_sha1 ? HashAlgorithm::sha1 : HashAlgorithm::sha256;
}

std::optional<dns::Name> read_domain(std::string_view text, std::size_t least_labels) {
  constexpr std::size_t kMostOctets = 1024;  // before U-labels are converted
  if (text.empty() || text.size() > kMostOctets) return std::nullopt;
  std::string converted;
  if (!text::all_ascii(text)) {
    auto labels = dns::to_a_labels(text);
    if (!labels) return std::nullopt;
    converted = *std::move(labels);
    text = converted;
  }
  dns::Name name;
  std::size_t count = 0;
  for (std::size_t end = text.size();; ++count) {
    const std::size_t dot = end == 0 ? std::string_view::npos : text.rfind('.', end - 1);
    const std::size_t start = dot == std::string_view::npos ? 0 : dot + 1;
    const std::string_view label = text.substr(start, end - start);
    auto longer = is_label(label) ? name.child(label) : std::unexpected(dns::NameFault::empty_label);
    if (!longer) return std::nullopt;
    name = *std::move(longer);
    if (start == 0) break;
    end = dot;
  }
  if (count + 1 < least_labels) return std::nullopt;
  return name;
}

std::optional<std::string> decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text::is_space(text[i])) continue;
    if (text[i] != '=') {
      out.push_back(text[i]);
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return std::nullopt;
    out.push_back(static_cast<char>(*high << 4 | *low));
    i += 2;
  }
  return out;
}

/// Builds a Signature.
class SignatureReader {
 public:
  SignatureReader(std::string_view value, SignatureField field) : field_(field) {
    out_.text_ = std::string(value.substr(0, kMaxSignatureField));
    text_ = out_.text_;
    if (value.size() > kMaxSignatureField) add(Kind::too_long, Id::other, span_of(0, text_.size()));
  }

  Signature read() {
    if (out_.faults_.empty()) read_tags();
    return std::move(out_);
  }

 private:
  void add(Kind kind, Id tag, Span span) { out_.faults_.push_back({kind, tag, span}); }
  void add(Kind kind, const SignatureTag& tag) { add(kind, tag.id, tag.value); }

  void read_tags() {
    check_line_ends();
    const text::TagList list = text::parse_tag_list(text_);
    for (const text::TagFault& fault : list.faults) read_fault(fault);
    out_.tags_.reserve(list.tags.size());
    for (const text::Tag& tag : list.tags) {
      out_.tags_.push_back({id_of(text::slice(text_, tag.name), field_), tag.span, tag.name, tag.value});
      check_characters(out_.tags_.back());
    }
    for (const Id id : required_in(field_)) {
      if (out_.find(id) == nullptr) add(Kind::missing, id, span_of(text_.size(), text_.size()));
    }
    read_values();
  }

  // White space that folds is CRLF with SP or HTAB behind it; a CR or LF alone is none (§2.8).
  void check_line_ends() {
    for (std::size_t at = text_.find('\r'); at != std::string_view::npos; at = text_.find('\r', at + 1)) {
      if (at + 1 == text_.size() || text_[at + 1] != '\n') return add(Kind::syntax, Id::other, span_of(at, at + 1));
    }
    for (std::size_t at = text_.find('\n'); at != std::string_view::npos; at = text_.find('\n', at + 1)) {
      const bool fold = at > 0 && text_[at - 1] == '\r' && at + 1 < text_.size() && text::is_wsp(text_[at + 1]);
      if (!fold) return add(Kind::syntax, Id::other, span_of(at, at + 1));
    }
  }

  void read_fault(const text::TagFault& fault) {
    if (fault.kind == text::TagFault::Kind::bad_value) return;  // check_characters knows UTF-8
    const bool twice = fault.kind == text::TagFault::Kind::duplicate;
    add(twice ? Kind::duplicate : Kind::syntax, Id::other, fault.span);
  }

  // §3.2, and RFC 8616 §5, by which UTF-8 may stand where ASCII may.
  void check_characters(const SignatureTag& tag) {
    for (std::size_t i = tag.value.start; i < tag.value.end;) {
      if (text::is_vchar(text_[i]) || text::is_space(text_[i])) {
        ++i;
        continue;
      }
      const text::CodePoint point = text::next_code_point(text_.substr(i, tag.value.end - i));
      if (!point.valid || point.value < 0x80) return add(Kind::syntax, tag.id, span_of(i, i + point.size));
      i += point.size;
    }
  }

  void read_values() {
    std::array<bool, kNames.size()> seen{};
    for (const SignatureTag& tag : out_.tags_) {
      bool& known = seen[static_cast<std::size_t>(tag.id)];
      if (known || tag.id == Id::other) continue;
      known = true;
      read_value(tag);
    }
    if (out_.domain_ && out_.selector_) read_key_name();
    if (out_.domain_ && out_.find(Id::identity) == nullptr) {
      out_.identity_ = "@" + std::string(out_.domain());
      out_.identity_domain_ = out_.domain_;
    }
    if (out_.domain_ && out_.identity_domain_ && !out_.identity_domain_->is_within(*out_.domain_)) {
      add(Kind::identity_outside, *out_.find(Id::identity));
    }
    if (out_.timestamp_ && out_.expiration_ && *out_.expiration_ <= *out_.timestamp_) {
      add(Kind::never_valid, *out_.find(Id::expiration));
    }
  }

  void read_value(const SignatureTag& tag) {
    constexpr std::size_t kTimeDigits = 12;    // §3.5: a longer time is infinite
    constexpr std::size_t kLengthDigits = 19;  // fits into 64 bits
    switch (tag.id) {
      case Id::version: return read_version(tag);
      case Id::algorithm: return read_algorithm(tag);
      case Id::signature: return read_base64(tag, out_.signature_);
      case Id::body_hash: return read_base64(tag, out_.body_hash_);
      case Id::canonicalization: return read_canonicalization(tag);
      case Id::domain: return read_name(tag, 2, out_.domain_);
      case Id::fields: return read_fields(tag);
      case Id::identity: return read_identity(tag);
      case Id::length: return read_count(tag, kLengthDigits, out_.length_);
      case Id::methods: return read_methods(tag);
      case Id::selector: return read_name(tag, 1, out_.selector_);
      case Id::timestamp: return read_count(tag, kTimeDigits, out_.timestamp_);
      case Id::expiration: return read_count(tag, kTimeDigits, out_.expiration_);
      case Id::instance: return read_instance(tag);
      case Id::chain_status: return read_chain_status(tag);
      case Id::copied:
      case Id::other: return;
    }
  }

  void read_instance(const SignatureTag& tag) {
    const auto number = read_number(out_.slice(tag.value), 2);
    if (!number || *number == 0 || *number > kMaxInstance) return add(Kind::value, tag);
    out_.instance_ = static_cast<unsigned>(*number);
  }

  void read_chain_status(const SignatureTag& tag) {
    const std::string_view value = out_.slice(tag.value);
    if (value != "none" && value != "fail" && value != "pass") add(Kind::value, tag);
  }

  void read_version(const SignatureTag& tag) {
    if (out_.slice(tag.value) != "1") add(Kind::version, tag);
  }

  void read_algorithm(const SignatureTag& tag) {
    const std::string_view value = out_.slice(tag.value);
    for (const auto known :
         {SigningAlgorithm::rsa_sha1, SigningAlgorithm::rsa_sha256, SigningAlgorithm::ed25519_sha256}) {
      if (value == to_string(known)) out_.algorithm_ = known;
    }
    if (out_.algorithm_) return;
    const std::size_t hyphen = value.find('-');
    const auto word = [](std::string_view part) {
      return !part.empty() && text::is_alpha(part.front()) && std::ranges::all_of(part, text::is_alnum);
    };
    const bool well_formed =
        hyphen != std::string_view::npos && word(value.substr(0, hyphen)) && word(value.substr(hyphen + 1));
    add(well_formed ? Kind::unknown_algorithm : Kind::value, tag);
  }

  void read_base64(const SignatureTag& tag, text::Bytes& out) {
    auto octets = text::base64_decode(out_.slice(tag.value));
    if (!octets || octets->empty()) return add(Kind::value, tag);
    out = *std::move(octets);
  }

  void read_canonicalization(const SignatureTag& tag) {
    const std::string_view value = out_.slice(tag.value);
    const std::size_t slash = std::min(value.find('/'), value.size());
    const std::string_view header = value.substr(0, slash);
    const std::string_view body = slash == value.size() ? "simple" : value.substr(slash + 1);
    if (!is_hyphenated_word(header) || !is_hyphenated_word(body)) return add(Kind::value, tag);
    if (!read_kind(header, out_.header_) || !read_kind(body, out_.body_)) add(Kind::unknown_canonicalization, tag);
  }

  static bool read_kind(std::string_view word, Canonicalization& out) {
    if (word == "relaxed") out = Canonicalization::relaxed;
    return word == "relaxed" || word == "simple";
  }

  void read_name(const SignatureTag& tag, std::size_t least_labels, std::optional<dns::Name>& out) {
    out = read_domain(out_.slice(tag.value), least_labels);
    if (!out) add(Kind::value, tag);
  }

  void read_key_name() {
    out_.key_name_ = key_name(*out_.selector_, *out_.domain_);
    if (!out_.key_name_) add(Kind::value, *out_.find(Id::selector));  // too long to be asked for
  }

  void read_fields(const SignatureTag& tag) {
    if (field_ == SignatureField::arc_seal) return add(Kind::forbidden, tag);
    for (std::size_t start = tag.value.start; start <= tag.value.end;) {
      const std::size_t end = std::min<std::size_t>(text_.find(':', start), tag.value.end);
      if (out_.signed_fields_.size() == kMaxSignedFields) {
        add(Kind::too_many_fields, Id::fields, span_of(start, tag.value.end));
        break;
      }
      const Span name = trimmed(start, end);
      if (name.empty() || !std::ranges::all_of(out_.slice(name), text::is_vchar)) {
        add(Kind::value, Id::fields, name);
      } else {
        out_.signed_fields_.push_back(name);
      }
      start = end + 1;
    }
    if (!out_.covers("from")) add(Kind::from_unsigned, tag);
    const bool of_arc = field_ == SignatureField::arc_message_signature;
    if (of_arc && out_.covers(name_of(SignatureField::arc_seal))) add(Kind::forbidden, tag);
  }

  [[nodiscard]] Span trimmed(std::size_t start, std::size_t end) const {
    while (start < end && text::is_space(text_[start])) ++start;
    while (start < end && text::is_space(text_[end - 1])) --end;
    return span_of(start, end);
  }

  void read_identity(const SignatureTag& tag) {
    auto decoded = decode_quoted_printable(out_.slice(tag.value));
    const std::size_t at = decoded ? decoded->rfind('@') : std::string::npos;
    if (at == std::string::npos || (at > 0 && !is_local_part(std::string_view(*decoded).substr(0, at)))) {
      return add(Kind::value, tag);
    }
    out_.identity_domain_ = read_domain(std::string_view(*decoded).substr(at + 1), 2);
    if (!out_.identity_domain_) return add(Kind::value, tag);
    out_.identity_ = *std::move(decoded);
  }

  void read_count(const SignatureTag& tag, std::size_t digits, std::optional<std::uint64_t>& out) {
    out = read_number(out_.slice(tag.value), digits);
    if (!out) add(Kind::value, tag);
  }

  void read_methods(const SignatureTag& tag) {
    if (tag.value.empty()) return add(Kind::value, tag);
    if (!list_has(out_.slice(tag.value), "dns/txt")) add(Kind::unknown_method, tag);
  }

  SignatureField field_;
  Signature out_;
  std::string_view text_;
};

Signature parse_signature(std::string_view value, SignatureField field) { return SignatureReader(value, field).read(); }

const SignatureTag* Signature::find(SignatureTagId id) const noexcept {
  const auto it = std::ranges::find(tags_, id, &SignatureTag::id);
  return it == tags_.end() ? nullptr : &*it;
}

std::optional<std::string_view> Signature::value(SignatureTagId id) const noexcept {
  const SignatureTag* tag = find(id);
  if (tag == nullptr) return std::nullopt;
  return slice(tag->value);
}

text::Span Signature::find_span(SignatureTagId id) const noexcept {
  const SignatureTag* tag = find(id);
  return tag == nullptr ? text::Span{} : tag->value;
}

bool Signature::covers(std::string_view field_name) const noexcept {
  return std::ranges::any_of(signed_fields_, [&](Span name) { return text::iequals(slice(name), field_name); });
}

std::vector<std::pair<std::string, std::string>> Signature::copied_fields() const {
  std::vector<std::pair<std::string, std::string>> out;
  std::string_view rest = value(SignatureTagId::copied).value_or("");
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos) continue;
    auto copy = decode_quoted_printable(field.substr(colon + 1));
    if (copy) out.emplace_back(text::trim(field.substr(0, colon)), *std::move(copy));
  }
  return out;
}

std::string Signature::without_signature() const {
  const SignatureTag* tag = find(SignatureTagId::signature);
  if (tag == nullptr) return text_;
  const std::size_t equals = text_.find('=', tag->name.end);
  const std::size_t end = std::min(text_.find(';', tag->value.end), text_.size());
  std::string out;
  out.reserve(text_.size());
  return out.append(text_, 0, equals + 1).append(text_, end);
}

std::string describe(const SignatureFault& fault) {
  const std::string tag = fault.tag == Id::other ? std::string("a tag") : fmt::format("{}=", to_string(fault.tag));
  switch (fault.kind) {
    case Kind::syntax: return "the field is no list of tags";
    case Kind::duplicate: return "a tag stands in it twice";
    case Kind::missing: return fmt::format("{} is missing", tag);
    case Kind::version: return "v= is not 1";
    case Kind::value:
      switch (fault.tag) {
        case Id::algorithm: return "a= names no algorithm";
        case Id::signature:
        case Id::body_hash: return fmt::format("{} is no base64", tag);
        case Id::canonicalization: return "c= names no canonicalization";
        case Id::domain: return "d= is no domain name";
        case Id::fields: return "h= holds something that is no field name";
        case Id::identity: return "i= is no address";
        case Id::instance: return fmt::format("i= is no number from 1 to {}", kMaxInstance);
        case Id::chain_status: return "cv= is neither none, fail nor pass";
        case Id::length: return "l= is no number of octets";
        case Id::methods: return "q= is empty";
        case Id::selector: return "s= is no selector";
        case Id::timestamp:
        case Id::expiration: return fmt::format("{} is no number of seconds", tag);
        default: return fmt::format("{} has a value that it may not have", tag);
      }
    case Kind::unknown_algorithm: return "a= names an algorithm that is not known";
    case Kind::unknown_canonicalization: return "c= names a canonicalization that is not known";
    case Kind::unknown_method: return "q= does not hold dns/txt";
    case Kind::from_unsigned: return "h= does not hold From";
    case Kind::identity_outside: return "the domain of i= is neither d= nor below it";
    case Kind::never_valid: return "x= is not later than t=";
    case Kind::too_many_fields: return fmt::format("h= has more than {} names", kMaxSignedFields);
    case Kind::forbidden: return fmt::format("{} is not allowed, or names ARC-Seal", tag);
    case Kind::too_long: return fmt::format("the field has more than {} octets", kMaxSignatureField);
  }
  return {};
}

}  // namespace envelint::dkim
