#pragma once

#include <envelint/dkim/sign.hpp>
#include <envelint/mail/folded_field.hpp>

#include <expected>
#include <string>
#include <string_view>

/// What DKIM-Signature, ARC-Message-Signature and ARC-Seal fields have in common when they are made.
namespace envelint::dkim {

/// What a signature says of its maker, as it is written: `a=`, `d=` and `s=`.
struct Signer {
  std::string_view algorithm;
  std::string domain;
  std::string selector;
};

/// @param domain  U-labels become A-labels, unless `utf8`.
/// @param utf8    whether U-labels may stay: only in internationalized mail (RFC 8616 §5).
[[nodiscard]] std::expected<Signer, SignFault> signer_of(std::string_view domain, const SigningKey& key, bool utf8);

/// Whether mail is internationalized: whether its header is not ASCII.
[[nodiscard]] bool is_internationalized(const mail::Message& message);

/// Ends a field that is written up to `b=`: signs, and adds the signature and the CRLF.
/// @param hashed  all that the signature covers, this field's own text included (§3.7).
[[nodiscard]] std::expected<std::string, SignFault> finish_signature(mail::FoldedField field, const SigningKey& key,
                                                                     std::string_view hashed);

}  // namespace envelint::dkim
