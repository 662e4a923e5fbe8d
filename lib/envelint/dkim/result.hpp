#pragma once

#include <cstdint>
#include <string_view>

/// What verifying a signature comes to (RFC 8601 §2.7.1, RFC 6376 §6.1).
namespace envelint::dkim {

/// What is said of a signature (RFC 8601 §2.7.1).
enum class Result : std::uint8_t {
  none,       ///< the message has no signature
  pass,       ///< verified and acceptable
  fail,       ///< acceptable, and not verified: body or header have changed, or the key is another
  policy,     ///< not acceptable here: beyond a limit of this verifier
  neutral,    ///< cannot be processed: it uses something that is not known here
  temperror,  ///< DNS would not say; trying later may help
  permerror,  ///< it can never be verified: signature or key are not as they must be
};
[[nodiscard]] std::string_view to_string(Result result) noexcept;

/// Why, in the words of RFC 6376 where it has some.
enum class Reason : std::uint8_t {
  verified,
  syntax_error,          ///< §6.1.1
  missing_tag,           ///< §6.1.1
  incompatible_version,  ///< §6.1.1
  domain_mismatch,       ///< §6.1.1: `i=` outside `d=`
  from_not_signed,       ///< §6.1.1
  expired,               ///< §6.1.1
  unknown_algorithm,
  unknown_canonicalization,
  unknown_method,
  historic_algorithm,     ///< rsa-sha1 (RFC 8301 §3.1)
  key_unavailable,        ///< §6.1.2 step 2
  no_key,                 ///< step 3
  several_keys,           ///< step 4: several records, and no telling which is meant
  key_syntax_error,       ///< step 5
  inappropriate_hash,     ///< step 6
  key_revoked,            ///< step 7
  inappropriate_key,      ///< step 8: `k=` and `a=` differ
  inappropriate_service,  ///< `s=` of the key holds neither `*` nor `email` (§3.6.1)
  subdomain_not_allowed,  ///< `t=s`, and `i=` is below `d=` (§3.6.1)
  key_too_short,          ///< RSA below 1024 bits (RFC 8301 §3.2)
  key_unusable,           ///< too large, or no sound key; see KeyTrouble
  length_beyond_body,     ///< `l=` is larger than the body (§3.5)
  header_too_large,       ///< the signed fields are larger than Limits::signed_header
  body_hash,              ///< §6.1.3 step 3
  signature,              ///< §6.1.3 step 4
  too_many_names,         ///< `h=` holds more than kMaxSignedFields
  skipped,                ///< not evaluated, because of a limit
};
/// `body hash did not verify`; empty for `verified`.
[[nodiscard]] std::string_view to_string(Reason reason) noexcept;

}  // namespace envelint::dkim
