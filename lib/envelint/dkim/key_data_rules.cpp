#include <envelint/dkim/key_rule_context.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace envelint::dkim::rules {
namespace {

using text::Base64Fault;
using text::span_of;

Span end_of(Span span) { return {span.end, span.end}; }

void key_missing(const Context& context, Findings& out) {
  const KeyRecord& record = context.record;
  const auto unnamed = [](const KeyTag& tag) { return tag.id == TagId::unnamed; };
  if (context.key_tag != nullptr && context.key_tag->id != TagId::other) return;
  if (context.key_tag != nullptr) {
    out.add(Code::dkim_key_missing, context.key_tag->name)
        .message("the key stands in `{}=`, which is no tag of a key record",
                 shortened(record.slice(context.key_tag->name)))
        .note("receivers find no key, and every signature fails")
        .help("write `p=` in its place");
    return;
  }
  // A record of nothing but words has been told so.
  if (!record.tags().empty() && std::ranges::all_of(record.tags(), unnamed)) return;
  const auto end = text::trim(record.text()).empty() ? 0 : record.text().find_last_not_of(" \t\r\n;") + 1;
  out.add(Code::dkim_key_missing, span_of(end, end))
      .message("{}", record.tags().empty() ? "the record is empty" : "the record has no key: `p=` is missing")
      .note("receivers find no key, and every signature fails")
      .help("append `; p=` and the public key; to withdraw a key, publish `p=` with nothing behind it");
}

void key_revoked(const Context& context, Findings& out) {
  out.add(Code::dkim_key_revoked, span_of(context.key_tag->span.start, context.key_tag->value.end))
      .message("`p=` is empty: the key is revoked")
      .note("every signature that names this selector fails; nothing is wrong if it is no longer in use");
}

// Every run of quotes, with the blanks between them, that the split of a zone file left in the value.
std::vector<Edit> remove_quotes(const KeyRecord& record) {
  std::vector<Edit> out;
  const std::string_view text = record.text();
  for (std::size_t i = record.start(); i < text.size();) {
    if (!is_quote(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = i;
    for (std::size_t at = i; at < text.size() && (is_quote(text[at]) || text::is_space(text[at])); ++at) {
      if (is_quote(text[at])) end = at + 1;
    }
    out.push_back({span_of(i, end), ""});
    i = end;
  }
  return out;
}

void quotes_in_key(const Context& context, Findings& out) {
  const std::size_t offset = context.key.fault->offset;
  std::vector<Edit> edits = remove_quotes(context.record);
  const std::uint32_t at = context.key_tag->value.start + static_cast<std::uint32_t>(offset);
  const auto first = std::ranges::find_if(edits, [&](const Edit& edit) { return edit.span.end > at; });
  auto draft = out.add(Code::dkim_key_not_base64, first->span);
  draft
      .message("`{}` at character {} of `p=` are the quotes of a zone-file string split",
               context.record.slice(first->span), offset + 1)
      .note("in a zone file `\" \"` parts the strings of one value; pasted into a DNS form it becomes part of the key");
  for (auto it = first + 1; it != edits.end(); ++it) draft.also(it->span);
  draft.suggest(std::move(edits));
}

void bad_character(const Context& context, Findings& out) {
  const std::size_t offset = context.key.fault->offset;
  const std::size_t at = context.key_tag->value.start + offset;
  const std::string_view rest = context.record.text().substr(at, context.key_tag->value.end - at);
  const text::CodePoint point = text::next_code_point(rest);
  auto draft = out.add(Code::dkim_key_not_base64, span_of(at, at + point.size));
  if (point.valid && point.value < 0x80 && !text::is_hidden(point.value)) {
    draft.message("`{}` at character {} of `p=` is not base64", rest.substr(0, 1), offset + 1);
  } else {
    draft.message("{} at character {} of `p=` is not base64",
                  point.valid ? text::describe(point.value) : "a byte that is no text", offset + 1);
  }
  draft.note("receivers cannot decode the key, and every signature fails");
  if (!context.key.public_key.empty()) draft.suggest(context.key_tag->value, context.key.encoded());
}

void bad_length(const Context& context, Findings& out) {
  const Span value = context.key_tag->value;
  const bool padding = context.key.fault->kind == Base64Fault::Kind::padding;
  const std::size_t at = value.start + context.key.fault->offset;
  auto draft = out.add(Code::dkim_key_not_base64, padding ? span_of(at, at + 1) : span_of(value.end - 1U, value.end));
  if (padding) {
    draft.message("`p=` is not base64: padding ends at character {}", context.key.fault->offset);
  } else {
    draft.message("`p=` is not base64: it is one character too long or too short");
  }
  draft.note("receivers cannot decode the key, and every signature fails");
  if (!context.key.public_key.empty()) draft.suggest(value, context.key.encoded());
}

void base64_fault(const Context& context, Findings& out) {
  if (context.quotes_in_key()) return quotes_in_key(context, out);
  if (context.key.fault->kind == Base64Fault::Kind::character) return bad_character(context, out);
  // A key cut short ends anywhere, also inside a group of four characters.
  if (context.key.fault->kind == Base64Fault::Kind::length && context.key.form == KeyForm::truncated) return;
  bad_length(context, out);
}

void truncated(const Context& context, Findings& out) {
  const KeyData& key = context.key;
  const Span value = context.key_tag->value;
  auto draft = out.add(Code::dkim_key_truncated, end_of(value));
  const std::string of = key.bits > 0 ? fmt::format(" of a {}-bit key", key.bits) : std::string();
  if (key.announced > 0) {
    draft.message("the key is cut short: {} octets{} are announced and {} are there", key.announced, of, key.present);
  } else {
    draft.message("the key is cut short: only {} {} there", key.present, key.present == 1 ? "octet is" : "octets are");
  }
  draft.note("receivers cannot use a part of a key: every signature made with it fails");
  for (const std::size_t border : {std::size_t{255}, std::size_t{256}}) {
    if (value.end % border != 0 && value.size() % border != 0) continue;
    draft.note("it ends after {} characters, where a value is parted into strings of at most 255: the next is missing",
               value.end % border == 0 ? value.end : value.size());
    break;
  }
  draft.help(
      "copy the key again, whole; a value longer than 255 characters is published as several strings of one record");
}

bool begins_like_key(std::string_view value) { return value.starts_with("MII") || value.starts_with("MIG"); }

void no_key(const Context& context, Findings& out) {
  const Span value = context.key_tag->value;
  const KeyData& key = context.key;
  auto draft = out.add(Code::dkim_key_not_base64, value);
  draft.note("receivers find no key, and every signature fails");
  switch (key.form) {
    case KeyForm::placeholder:
      if (begins_like_key(context.record.slice(value))) {
        draft.message("the key was copied from where it is shown in part: dots stand for the rest");
      } else {
        draft.message("`p=` holds a placeholder, not a key");
      }
      draft.help("put the public key that the mail provider shows there");
      break;
    case KeyForm::api_token:
      draft.message("`p=` holds what looks like an API token of the mail provider, not a key")
          .note("tokens are secrets: whoever reads DNS can use this one")
          .help("revoke the token, and publish the key that the provider shows for DNS")
          .label("not shown")
          .secret();
      break;
    case KeyForm::case_lost:
      draft.message("the key's capital and small letters were made all alike")
          .note("base64 tells capitals from small letters; what was lost cannot be computed back")
          .help("copy the key again from where it was made");
      break;
    case KeyForm::too_long: draft.message("`p=` is {} characters long; no key is", value.size()); break;
    default:
      if (key.lost_first) {
        draft.message("the first character of the key, `M`, is missing").suggest(value, key.encoded());
      } else {
        draft.message("`p=` holds {} octets that are no public key", key.present)
            .help("copy the key again from where it was made");
      }
  }
}

std::string_view container_name(const KeyData& key) {
  if (key.wrapping == Wrapping::pem) return "the text of a PEM file";
  if (key.wrapping == Wrapping::pem_base64) return "a PEM file, encoded once more";
  switch (key.form) {
    case KeyForm::pkcs1: return "a bare RSA key (PKCS#1)";
    case KeyForm::certificate: return "an X.509 certificate";
    default: return "an SSH key";
  }
}

void wrong_container(const Context& context, Findings& out) {
  const KeyData& key = context.key;
  auto draft = out.add(Code::dkim_wrong_key_container, context.key_tag->value);
  draft.message("`p=` holds {}, not the public key in its DKIM form", container_name(key))
      .note("most receivers cannot read it, and every signature fails");
  if (key.public_key.empty()) return;
  draft.help("the same key in the right form is `p={}…`", key.encoded().substr(0, 16))
      .suggest(context.key_tag->value, key.encoded());
}

void trailing_octets(const Context& context, Findings& out) {
  out.add(Code::dkim_key_not_base64, context.key_tag->value)
      .message("`p=` goes on for {} {} behind the end of the key", context.key.trailing,
               context.key.trailing == 1 ? "octet" : "octets")
      .note("some receivers overlook it, others refuse the key")
      .suggest(context.key_tag->value, context.key.encoded());
}

// k= and the key disagree, or the key is the right one in the other type's form.
void key_type_mismatch(const Context& context, Findings& out) {
  const KeyData& key = context.key;
  const KeyRecord& record = context.record;
  const std::string_view type = record.key_type();
  const bool ed25519 = key.algorithm == KeyAlgorithm::ed25519;
  const bool bare_spki = key.form == KeyForm::spki && key.wrapping == Wrapping::none && !key.fault;
  if (type == "ed25519" && ed25519 && bare_spki) {
    out.add(Code::dkim_ed25519_key_size, context.key_tag->value)
        .message("`p=` holds an Ed25519 key with a header of 12 octets around it")
        .note("for Ed25519 `p=` is the 32 octets of the key alone, 44 characters")
        .fix(context.key_tag->value, key.encoded());
    return;
  }
  if (type == "ed25519" && key.algorithm == KeyAlgorithm::unknown && key.form == KeyForm::unknown) {
    out.add(Code::dkim_ed25519_key_size, context.key_tag->value)
        .message("`p=` holds {} octets; an Ed25519 key has 32", key.present)
        .note("receivers cannot use the key, and every signature fails");
    return;
  }
  if (key.algorithm == KeyAlgorithm::other && key.form == KeyForm::spki) {
    out.add(Code::dkim_key_type_mismatch, context.key_tag->value)
        .message("`p=` holds a key that is neither RSA nor Ed25519")
        .note("DKIM knows no other types; every signature fails")
        .help("make a key with `openssl genrsa 2048`");
    return;
  }
  if (key.algorithm != KeyAlgorithm::rsa && key.algorithm != KeyAlgorithm::ed25519) return;
  const std::string_view inside = ed25519 ? "ed25519" : "rsa";
  if (type == inside || (type != "rsa" && type != "ed25519")) return;
  const KeyTag* tag = record.find(TagId::type);
  std::vector<Edit> edits{set_type(record, inside)};
  if (ed25519 && bare_spki) edits.push_back({context.key_tag->value, key.encoded()});
  auto draft = out.add(Code::dkim_key_type_mismatch, tag != nullptr ? tag->value : context.key_tag->span);
  if (tag == nullptr) draft.message("the key is of type {}, and without `k=` it is taken for rsa", inside);
  if (tag != nullptr) draft.message("`k={}` does not fit: the key is of type {}", type, inside);
  draft.note("receivers cannot use the key, and every signature fails").fix(std::move(edits));
}

void rsa_size(const Context& context, Findings& out) {
  constexpr std::uint32_t kLeast = 1024;
  constexpr std::uint32_t kGood = 2048;
  constexpr std::uint32_t kMost = 4096;
  const std::uint32_t bits = context.key.bits;
  const Span value = context.key_tag->value;
  if (bits < kLeast) {
    out.add(Code::dkim_rsa_key_too_short, value)
        .message("the RSA key has {} bits; receivers accept none below 1024", bits)
        .note("keys of this size have been factored by individuals: others may sign as this domain")
        .help("make a key of 2048 bits with `openssl genrsa 2048`, and publish it under a new selector");
  } else if (bits < kGood) {
    out.add(Code::dkim_rsa_key_short, value)
        .message("the RSA key has {} bits; 2048 are recommended", bits)
        .note("it is accepted today, and counts as too weak for the years to come")
        .help("make a key of 2048 bits with `openssl genrsa 2048`, and publish it under a new selector");
  } else if (bits > kGood) {
    auto draft = out.add(Code::dkim_rsa_key_long, value);
    draft.message("the RSA key has {} bits, more than the usual 2048", bits);
    draft.note("{}", bits > kMost ? "receivers need not support keys above 4096 bits"
                                  : "the DNS answer may not fit one UDP packet, and every check costs more");
  }
}

void rsa_oddities(const Context& context, Findings& out) {
  constexpr std::uint64_t kUsual = 65537;
  const KeyData& key = context.key;
  const Span value = context.key_tag->value;
  if (key.public_key.empty() || key.modulus.empty()) return;
  if (key.public_key[key.modulus.end - 1U] % 2 == 0) {
    out.add(Code::dkim_rsa_key_unusual, value)
        .message("the RSA modulus is even: it is no product of two large primes")
        .note("signatures will not verify, or can be forged; a character may have been changed in copying");
  } else if (key.exponent != kUsual) {
    auto draft = out.add(Code::dkim_rsa_key_unusual, value);
    if (key.exponent == 0) draft.message("the RSA exponent has more than 64 bits; 65537 is usual");
    if (key.exponent != 0) draft.message("the RSA exponent is {}; 65537 is usual", key.exponent);
    draft.note("{}", key.exponent <= 1 || key.exponent % 2 == 0
                         ? "such an exponent is no RSA key at all"
                         : "some receivers refuse it, and small ones have made forgeries possible");
  }
}

// Public keys whose private halves are printed in RFC 6376 Appendix C and RFC 8463 Appendix A.
constexpr std::array<std::string_view, 3> kDocumentationKeys{
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq"
    "631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB",
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91"
    "y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
    "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
};

// 24 octets from the middle of two keys are the same only if the keys are.
bool is_documentation_key(const KeyData& key) {
  constexpr std::size_t kOctets = 24;
  constexpr std::size_t kBehindHeader = 30;
  const std::size_t start = key.algorithm == KeyAlgorithm::rsa ? kBehindHeader : 0;
  if (key.public_key.size() < start + kOctets) return false;
  const std::string part = text::base64_encode(std::span(key.public_key).subspan(start, kOctets));
  return std::ranges::any_of(kDocumentationKeys, [&](std::string_view known) {
    return known.size() == (key.public_key.size() + 2) / 3 * 4 && known.substr(start / 3 * 4).starts_with(part);
  });
}

void known_weak(const Context& context, Findings& out) {
  const KeyData& key = context.key;
  const Span value = context.key_tag->value;
  if (key.public_key.empty()) return;
  if (is_documentation_key(key)) {
    out.add(Code::dkim_weak_known_key, value)
        .message("this is the example key of a standard, whose private half is printed there")
        .note("anyone can sign mail as this domain")
        .help("make a key of your own with `openssl genrsa 2048`");
    return;
  }
  if (key.modulus.empty()) return;
  const std::span<const std::uint8_t> modulus =
      std::span(key.public_key).subspan(key.modulus.start, key.modulus.size());
  if (has_roca_fingerprint(modulus)) {
    out.add(Code::dkim_weak_known_key, value)
        .message("the RSA key bears the fingerprint of the ROCA defect")
        .note("keys made by certain smart cards and security chips until 2017 can be factored")
        .help("make a new key with `openssl genrsa 2048`");
  } else if (const std::uint32_t factor = small_factor(modulus); factor > 2) {
    out.add(Code::dkim_weak_known_key, value)
        .message("the RSA modulus can be divided by {}: it is no product of two large primes", factor)
        .note("either a character was changed in copying, and no signature verifies, or the key can be broken at once")
        .help("compare it with the key where it was made, or make a new one with `openssl genrsa 2048`");
  }
}

void white_space(const Context& context, Findings& out) {
  const std::string_view value = context.record.slice(context.key_tag->value);
  const auto space = std::ranges::find_if(value, text::is_space);
  if (space == value.end()) return;
  const std::size_t start = context.key_tag->value.start + static_cast<std::size_t>(space - value.begin());
  std::vector<Edit> edits;
  for (std::size_t i = start; i < context.key_tag->value.end; ++i) {
    if (!text::is_space(context.record.text()[i])) continue;
    std::size_t end = i;
    while (end < context.key_tag->value.end && text::is_space(context.record.text()[end])) ++end;
    edits.push_back({span_of(i, end), ""});
    i = end;
  }
  auto draft = out.add(Code::dkim_key_white_space, edits.front().span);
  draft
      .message("white space stands inside the key, {}",
               edits.size() == 1 ? "once" : fmt::format("{} times", edits.size()))
      .note("that is allowed; some receivers and tools stop reading there all the same");
  draft.fix(std::move(edits));
}

bool is_wrong_container(const KeyData& key) {
  if (key.form == KeyForm::pkcs1 || key.form == KeyForm::certificate || key.form == KeyForm::ssh) return true;
  return key.wrapping != Wrapping::none;
}

// A second part of a key has been told where it stands; an unknown type leaves nothing to compare with.
bool is_told(const Context& context) {
  return context.key_tag->id == TagId::unnamed && context.key.algorithm == KeyAlgorithm::unknown &&
         context.key.form != KeyForm::truncated;
}

void check_form(const Context& context, Findings& out) {
  const KeyData& key = context.key;
  if (is_wrong_container(key)) return wrong_container(context, out);
  if (key.fault) base64_fault(context, out);
  switch (key.form) {
    case KeyForm::truncated: return truncated(context, out);
    case KeyForm::not_base64: return;
    case KeyForm::spki:
    case KeyForm::raw_ed25519:
      if (key.trailing > 0 && !key.fault) return trailing_octets(context, out);
      if (!key.fault && (key.form == KeyForm::raw_ed25519 || key.algorithm == KeyAlgorithm::rsa)) {
        white_space(context, out);
      }
      return;
    case KeyForm::unknown:
      if (key.fault ||
          (context.record.key_type() == "ed25519" && !key.lost_first && key.algorithm == KeyAlgorithm::unknown)) {
        return;  // DKIM010 or DKIM021 tells
      }
      return no_key(context, out);
    default: return no_key(context, out);
  }
}

}  // namespace

void check_key(const Context& context, Findings& out) {
  key_missing(context, out);
  if (context.key_tag == nullptr) return;
  if (context.key.form == KeyForm::revoked) return key_revoked(context, out);
  if (is_told(context)) return;
  check_form(context, out);
  key_type_mismatch(context, out);
  if (context.key.form == KeyForm::truncated) return;
  if (context.key.algorithm == KeyAlgorithm::rsa && context.key.bits > 0) {
    rsa_size(context, out);
    rsa_oddities(context, out);
  }
  known_weak(context, out);
}

}  // namespace envelint::dkim::rules
