#include <envelint/web/header_view.hpp>

#include <envelint/dkim/signature.hpp>
#include <envelint/dkim/signed_header.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/mime/encoded_words.hpp>

#include <algorithm>

namespace envelint::web {
namespace {

/// Whether it can be told what a signature covers; not whether it is valid.
bool names_fields(const dkim::Signature& signature) {
  using enum dkim::SignatureFault::Kind;
  return std::ranges::none_of(signature.faults(), [](const dkim::SignatureFault& fault) {
    const bool unreadable = fault.kind == syntax || fault.kind == duplicate || fault.kind == too_long;
    return unreadable || (fault.tag == dkim::SignatureTagId::fields && fault.kind != from_unsigned);
  });
}

void mark_covered(const mail::Message& message, std::size_t own, std::size_t index, HeaderView& out) {
  const dkim::Signature signature = dkim::parse_signature(message.value(message.fields()[own]));
  if (!names_fields(signature)) return;
  for (const std::optional<std::size_t>& at : dkim::covered_fields(message, signature, own)) {
    if (at && *at < out.fields.size()) out.fields[*at].signed_by.push_back(index);
  }
}

/// Those that a verification looks at.
void mark_signed(const mail::Message& message, HeaderView& out) {
  constexpr dkim::Limits kLimits;
  std::size_t index = 0;
  for (std::size_t i = 0; i < message.fields().size() && index < kLimits.signatures; ++i) {
    const mail::Field& field = message.fields()[i];
    if (field.whole.end - message.header_start() > kLimits.header) return;
    if (message.is(field, dkim::name_of(dkim::SignatureField::dkim_signature))) {
      mark_covered(message, i, index++, out);
    }
  }
}

}  // namespace

HeaderView header_view(const mail::Message& message) {
  HeaderView out;
  out.cut = message.cut();
  std::size_t left = kMaxShownOctets;
  for (const mail::Field& field : message.fields()) {
    FieldView view;
    view.name = message.name(field);
    view.value = message.value(field);
    if (out.fields.size() == kMaxShownFields || view.name.size() + view.value.size() > left) {
      out.cut = true;
      break;
    }
    left -= view.name.size() + view.value.size();
    view.text = mime::decoded(view.value);
    out.fields.push_back(std::move(view));
  }
  mark_signed(message, out);
  return out;
}

}  // namespace envelint::web
