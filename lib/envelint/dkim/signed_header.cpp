#include <envelint/dkim/signed_header.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>

namespace envelint::dkim {
namespace {

/// The field up to and with its colon.
std::string_view head_of(const mail::Message& message, const mail::Field& field) {
  return message.at(text::span_of(field.whole.start, field.value.start));
}

}  // namespace

std::optional<std::size_t> FieldPicker::next(std::string_view name) {
  const std::vector<mail::Field>& fields = message_->fields();
  const std::uint32_t hash = mail::name_hash(name);
  auto cursor = std::ranges::find_if(cursors_, [&](const Cursor& known) {
    return known.hash == hash && text::iequals(known.name, name);
  });
  if (cursor == cursors_.end()) cursor = cursors_.insert(cursors_.end(), {hash, name, fields.size()});
  while (cursor->above > 0) {
    const std::size_t at = --cursor->above;
    if (fields[at].hash == hash && at != own_ && message_->is(fields[at], name)) return at;
  }
  return std::nullopt;
}

std::vector<std::optional<std::size_t>> covered_fields(const mail::Message& message, const Signature& signature,
                                                       std::size_t own) {
  std::vector<std::optional<std::size_t>> out;
  out.reserve(signature.signed_fields().size());
  FieldPicker picker(message, own);
  for (const text::Span name : signature.signed_fields()) out.push_back(picker.next(signature.slice(name)));
  return out;
}

void append_signed_field(Canonicalization kind, const mail::Message& message, const mail::Field& field,
                         std::string& out) {
  append_canonical_field(kind, head_of(message, field), message.value(field), out);
  out.append("\r\n");
}

std::string signed_header(const mail::Message& message, const Signature& signature, std::string_view head,
                          const std::vector<std::optional<std::size_t>>& covered) {
  constexpr std::size_t kUsualSize = 4096;
  std::string out;
  out.reserve(kUsualSize);
  const Canonicalization kind = signature.header_canonicalization();
  for (const std::optional<std::size_t>& field : covered) {
    if (field) append_signed_field(kind, message, message.fields()[*field], out);
  }
  append_canonical_field(kind, head, signature.without_signature(), out);
  return out;
}

std::string signed_header(const mail::Message& message, const Signature& signature, std::size_t own,
                          const std::vector<std::optional<std::size_t>>& covered) {
  return signed_header(message, signature, head_of(message, message.fields()[own]), covered);
}

}  // namespace envelint::dkim
