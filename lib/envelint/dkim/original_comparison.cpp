#include <envelint/dkim/original_comparison.hpp>

#include <envelint/dkim/signed_header.hpp>
#include <envelint/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace envelint::dkim {
namespace {

constexpr std::size_t kBefore = 16;  // octets of an excerpt before the place
constexpr std::size_t kBehind = 24;

std::string around(std::string_view text, std::size_t offset) {
  const std::size_t start = offset - std::min(offset, kBefore);
  return std::string(text.substr(std::min(start, text.size()), offset - start + kBehind));
}

std::optional<Difference> first_difference(std::string_view original, std::string_view now) {
  if (original == now) return std::nullopt;
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(original, now).in1 - original.begin());
  Difference out;
  out.offset = at;
  out.line = 1 + static_cast<std::uint64_t>(std::ranges::count(original.substr(0, at), '\n'));
  out.original = around(original, at);
  out.now = around(now, at);
  return out;
}

std::string canonical_field(Canonicalization kind, const mail::Message& message, std::optional<std::size_t> field) {
  std::string out;
  if (field) append_signed_field(kind, message, message.fields()[*field], out);
  return out;
}

/// What the signature would cover of the original.
std::vector<std::optional<std::size_t>> covered_in(const mail::Message& original, const Signature& signature) {
  // The same signature, if it stands there, is no field that its own h= covers.
  std::optional<std::size_t> own;
  for (std::size_t i = 0; i < original.fields().size() && !own; ++i) {
    const mail::Field& field = original.fields()[i];
    if (original.is(field, "dkim-signature") &&
        parse_signature(original.value(field)).signature() == signature.signature()) {
      own = i;
    }
  }
  FieldPicker picker(original, own);
  std::vector<std::optional<std::size_t>> out;
  for (const text::Span name : signature.signed_fields()) out.push_back(picker.next(signature.slice(name)));
  return out;
}

bool body_fits(const Signature& signature, const std::string& body) {
  const std::uint64_t length = signature.length().value_or(Digest::kNoLimit);
  Digest digest(hash_of(*signature.algorithm()), length);
  digest.write(body);
  if (length != Digest::kNoLimit && digest.octets() < length) return false;
  return digest.finish() == signature.body_hash();
}

}  // namespace

OriginalComparison compare_with_original(const mail::Message& message, const SignatureResult& result,
                                         const mail::Message& original) {
  OriginalComparison out;
  const Signature& signature = result.signature;
  if (!signature.algorithm() || result.covered.size() != signature.signed_fields().size()) return out;
  const Canonicalization kind = signature.header_canonicalization();
  const auto covered = covered_in(original, signature);
  for (std::size_t i = 0; i < covered.size(); ++i) {
    auto difference = first_difference(canonical_field(kind, original, covered[i]),
                                       canonical_field(kind, message, result.covered[i]));
    if (!difference) continue;
    difference->place = Place::header;
    difference->field = std::string(signature.slice(signature.signed_fields()[i]));
    difference->absent_in_original = !covered[i];
    difference->absent_now = !result.covered[i];
    out.differences.push_back(*std::move(difference));
  }
  const std::string body = canonical_body(signature.body_canonicalization(), original.body());
  const std::string body_now = canonical_body(signature.body_canonicalization(), message.body());
  if (auto difference = first_difference(body, body_now)) out.differences.push_back(*std::move(difference));
  out.body_hash_ok = body_fits(signature, body);
  if (!result.key || !result.key->key) return out;
  const mail::Field& own = message.fields()[result.field];
  const std::string header =
      signed_header(original, signature, message.at(text::span_of(own.whole.start, own.value.start)), covered);
  const HashAlgorithm hash = hash_of(*signature.algorithm());
  out.header_signature_ok = result.key->key->verify(hash, digest_of(hash, header), signature.signature());
  return out;
}

std::string describe(const Difference& difference) {
  const std::string where =
      difference.place == Place::body
          ? fmt::format("the body differs at octet {} (line {})", difference.offset, difference.line)
          : fmt::format("{} differs at octet {}", text::visible(difference.field), difference.offset);
  if (difference.absent_in_original)
    return fmt::format("{} is not in the original; now `{}`", text::visible(difference.field),
                       text::visible(difference.now));
  if (difference.absent_now)
    return fmt::format("{} is gone; the original has `{}`", text::visible(difference.field),
                       text::visible(difference.original));
  return fmt::format("{} of its canonical form: the original has `{}`, this one `{}`", where,
                     text::visible(difference.original), text::visible(difference.now));
}

}  // namespace envelint::dkim
