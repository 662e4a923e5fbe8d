#include <envelint/dane/tlsa_rules.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/tag_list.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace envelint::dane {
namespace {

using finding::Code;
using finding::Draft;
using finding::Edit;
using finding::Findings;
using text::slice;
using text::Span;
using text::span_of;

constexpr std::size_t kSha256 = 32;  // octets of a digest
constexpr std::size_t kSha512 = 64;

constexpr std::uint32_t kDaneTa = 2;
constexpr std::uint32_t kDaneEe = 3;

/// The names of RFC 7218, which belong into prose and not into a record.
struct Acronym {
  std::string_view name;
  std::string_view number;
};
constexpr std::array<Acronym, 5> kUsages{
    {{"PKIX-TA", "0"}, {"PKIX-EE", "1"}, {"DANE-TA", "2"}, {"DANE-EE", "3"}, {"PrivCert", "255"}}};
constexpr std::array<Acronym, 3> kSelectors{{{"Cert", "0"}, {"SPKI", "1"}, {"PrivSel", "255"}}};
constexpr std::array<Acronym, 4> kMatchings{
    {{"Full", "0"}, {"SHA2-256", "1"}, {"SHA2-512", "2"}, {"PrivMatch", "255"}}};

// What one of the three numbers may be, and how to say that it is not.
struct NumberRule {
  Code code;
  std::string_view name;
  std::uint32_t limit;
  std::span<const Acronym> acronyms;
  std::string_view help;
  std::string_view suggested;  // in place of a number too high; may be empty
};

constexpr std::string_view kUnusable =
    "a sender cannot use the record; if no other one fits, it goes without the check";

// TLSA006, TLSA008, TLSA009.
void check_number(std::string_view text, const Number& number, const NumberRule& rule, Findings& out) {
  if (number.value && *number.value <= rule.limit) return;
  Draft draft = out.add(rule.code, number.span);
  draft.note("{}", kUnusable).help("{}", rule.help);
  const std::string_view written = slice(text, number.span);
  if (written.empty()) {
    draft.message("the record ends before its {}", rule.name);
  } else if (number.value) {
    draft.message("`{}` is no {}: the highest is {}", written, rule.name, rule.limit);
    if (!rule.suggested.empty()) draft.suggest(number.span, std::string(rule.suggested));
  } else {
    draft.message("`{}` is no number, and the {} is one", written, rule.name);
    const auto known = std::ranges::find_if(rule.acronyms, [&](const Acronym& acronym) {
      return text::iequals(acronym.name, written);
    });
    if (known != rule.acronyms.end())
      draft.help("write `{}`", known->number).suggest(number.span, std::string(known->number));
  }
}

// TLSA007. RFC 7672 §3.1.3: SMTP clients have no set of trusted CAs in common, so these usages prove nothing.
void pkix_usage(std::string_view text, const TlsaRecord& record, Findings& out) {
  if (!record.usage.value || *record.usage.value > 1) return;
  const bool anchor = *record.usage.value == 0;
  const std::string_view instead = anchor ? "2" : "3";
  out.add(Code::tlsa_pkix_usage, record.usage.span)
      .message("usage `{}` ({}) does not work for mail", slice(text, record.usage.span), anchor ? "PKIX-TA" : "PKIX-EE")
      .note(
          "it asks the sender to trust public certificate authorities as well, which mail servers do not agree on; "
          "they take such a record for unusable")
      .help("write `{}` ({}): the rest of the record can stay", instead, anchor ? "DANE-TA" : "DANE-EE")
      .suggest(record.usage.span, std::string(instead));
}

// ---- TLSA010 --------------------------------------------------------------------------------------------------------

void not_hex(std::string_view text, const TlsaRecord& record, Findings& out) {
  const std::string_view written = slice(text, *record.not_hex);
  Draft draft = out.add(Code::tlsa_data, *record.not_hex);
  draft.message("`{}` is not hexadecimal", written).note("{}", kUnusable);
  if (written == ":") {
    draft.help("delete the colons");
  } else if (written.starts_with("-") || written.contains("BEGIN")) {
    draft.help("publish the digest of the key in hexadecimal, not the key file");
  } else {
    draft.help("copy the data again: digits and the letters a to f");
  }
}

std::string_view matching_name(std::uint32_t matching) { return matching == 1 ? "SHA-256" : "SHA-512"; }

void wrong_length(const TlsaRecord& record, Findings& out) {
  const std::uint32_t matching = *record.matching.value;
  const std::size_t size = record.octets.size();
  const std::size_t wanted = matching == 1 ? kSha256 : kSha512;
  if (size == wanted) return;
  Draft draft = out.add(Code::tlsa_data, record.data);
  draft.note("{}", kUnusable);
  if (size == kSha256 || size == kSha512) {
    draft
        .message("matching type {} is {}, and the data has the length of {}", matching, matching_name(matching),
                 matching_name(3 - matching))
        .help("set the matching type to {}, or publish the other digest", 3 - matching);
    return;
  }
  draft.message("a {} digest has {} hexadecimal digits; here are {}", matching_name(matching), 2 * wanted, 2 * size)
      .help("{}", size < wanted ? "copy the whole digest: its end is missing" : "copy the digest again, and only it");
}

// The length a DER structure announces in its first octets (X.690 §8.1.3), header included.
std::optional<std::size_t> der_length(const text::Bytes& octets) {
  constexpr std::uint8_t kSequence = 0x30;
  if (octets.size() < 2 || octets[0] != kSequence) return std::nullopt;
  if (octets[1] < 0x80) return std::size_t{2} + octets[1];
  const std::size_t count = octets[1] & 0x7FU;
  if (count == 0 || count > 3 || octets.size() < 2 + count) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < count; ++i) length = length * 256 + octets[2 + i];
  return 2 + count + length;
}

void full_data(const TlsaRecord& record, Findings& out) {
  const auto length = der_length(record.octets);
  if (length == record.octets.size()) return;
  Draft draft = out.add(Code::tlsa_data, record.data);
  draft.note("{}", kUnusable);
  if (record.octets.size() == kSha256 || record.octets.size() == kSha512) {
    draft.message("matching type 0 means the whole certificate or key, and the data is a digest")
        .help("set the matching type to {}", record.octets.size() == kSha256 ? 1 : 2);
  } else if (length) {
    draft.message("the certificate or key announces {} octets; here are {}", *length, record.octets.size())
        .help("copy the data again");
  } else {
    draft.message("the data is no certificate and no key").help("publish a digest: `3 1 1` and the SHA-256 of the key");
  }
}

void data(std::string_view text, const TlsaRecord& record, Findings& out) {
  if (record.matching.span.empty()) return;
  if (record.not_hex) return not_hex(text, record, out);
  if (record.octets.empty() || record.odd_digits) {
    Draft draft = out.add(Code::tlsa_data, record.data);
    draft.message("{}", record.odd_digits ? "the data has an odd number of hexadecimal digits"
                                          : "the record has no data behind its three numbers");
    draft.note("{}", kUnusable).help("copy the digest again");
    return;
  }
  if (!record.matching.value) return;
  if (*record.matching.value == 0) return full_data(record, out);
  if (*record.matching.value <= 2) wrong_length(record, out);
}

// ---- TLSA011, TLSA013 -----------------------------------------------------------------------------------------------

void pins_certificate(const TlsaRecord& record, Findings& out) {
  if (record.usage.value != kDaneEe || record.selector.value != 0U) return;
  out.add(Code::tlsa_pins_certificate, span_of(record.usage.span.start, record.selector.span.end))
      .message("`3 0` pins the whole certificate, which changes with every renewal")
      .note("from the renewal until the new record is known everywhere, senders find no match and hold mail back")
      .help("publish the digest of the public key, `3 1 1`, and keep the key when the certificate is renewed");
}

void full_match(const TlsaRecord& record, Findings& out) {
  if (record.matching.value != 0U) return;
  out.add(Code::tlsa_full_match, record.matching.span)
      .message("matching type 0 puts the whole certificate or key into DNS")
      .note("the answer grows beyond what fits into one packet, above all while two keys are published")
      .help("publish the SHA-256 digest, matching type 1");
}

bool is_usable(const dns::Tlsa& tlsa) {
  const std::size_t size = tlsa.data.size();
  const bool fits = tlsa.matching == 0   ? size > 0
                    : tlsa.matching == 1 ? size == kSha256
                                         : tlsa.matching == 2 && size == kSha512;
  return (tlsa.usage == kDaneTa || tlsa.usage == kDaneEe) && tlsa.selector <= 1 && fits;
}

// RFC 7671 §9: digests are compared by strength for each usage and selector on their own.
void sha512_alone(std::span<const dns::Tlsa> records, Findings& out) {
  for (const dns::Tlsa& record : records) {
    if (record.matching != 2 || !is_usable(record)) continue;
    const bool accompanied = std::ranges::any_of(records, [&](const dns::Tlsa& other) {
      return other.matching == 1 && other.usage == record.usage && other.selector == record.selector;
    });
    if (accompanied) continue;
    out.add(Code::tlsa_sha512_alone, {})
        .message("`{} {} 2` stands without its `{} {} 1`", record.usage, record.selector, record.usage, record.selector)
        .note("every sender knows SHA-256; SHA-512 is optional, so some cannot use the record")
        .help("publish the SHA-256 digest, alone or beside it");
    return;
  }
}

void no_rollover(std::span<const dns::Tlsa> records, Findings& out) {
  const auto usable = std::ranges::count_if(records, is_usable);
  const auto first = std::ranges::find_if(records, is_usable);
  if (usable != 1 || first->usage != kDaneEe) return;
  out.add(Code::tlsa_no_rollover, {})
      .message("one `{} {} {}` record is all there is, and leaves no way to change the key", first->usage,
               first->selector, first->matching)
      .note("a new key has to be in DNS before the server shows it, and the old one until caches have forgotten it")
      .help("publish the digest of the next key beside it, or a `2 1 1` for the authority that signs the certificates");
}

}  // namespace

void check_record(std::string_view text, const TlsaRecord& record, Findings& out) {
  const std::array<std::pair<const Number*, NumberRule>, 3> numbers{{
      {&record.usage,
       {Code::tlsa_usage, "certificate usage", 3, kUsages, "write `3` (DANE-EE), the usage for mail", "3"}},
      {&record.selector,
       {Code::tlsa_selector, "selector", 1, kSelectors, "write `1` for the public key, `0` for the certificate", ""}},
      {&record.matching,
       {Code::tlsa_matching, "matching type", 2, kMatchings,
        "write `1` for SHA-256, `2` for SHA-512, `0` for the data itself", ""}},
  }};
  for (const auto& [number, rule] : numbers) {
    check_number(text, *number, rule, out);
    if (number->span.empty()) return;  // the rest is missing for the same reason
  }
  pkix_usage(text, record, out);
  data(text, record, out);
  pins_certificate(record, out);
  full_match(record, out);
}

void check_rrset(std::span<const dns::Tlsa> records, Findings& out) {
  sha512_alone(records, out);
  no_rollover(records, out);
}

}  // namespace envelint::dane
