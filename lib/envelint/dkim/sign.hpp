#pragma once

#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/private_key.hpp>
#include <envelint/mail/message.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Signing mail (RFC 6376 §5, RFC 8301, RFC 8463, RFC 8616).
///
///     auto fields = sign(message, {{&key, "2026-11"}}, SignOptions("example.com", now));
///     if (fields) send(*fields + bytes);
namespace envelint::dkim {

/// A private key and the selector its public half is published under.
struct SigningKey {
  const PrivateKey* key;  ///< must outlive the signing
  std::string selector;
};

struct SignOptions {
  /// @param name       `d=`: the domain that answers for the message; U-labels are allowed
  /// @param unix_time  `t=`, in seconds since 1970. The same time gives the same signature.
  SignOptions(std::string name, std::uint64_t unix_time) : domain(std::move(name)), now(unix_time) {}

  std::string domain;
  std::uint64_t now;
  std::string identity;                   ///< `i=`, not encoded; empty: left out, which means `@` and the domain
  std::optional<std::uint64_t> lifetime;  ///< seconds from `t=` to `x=`
  Canonicalization header = Canonicalization::relaxed;
  Canonicalization body = Canonicalization::relaxed;
  std::vector<std::string> fields;  ///< to sign in place of the recommended ones; From always is
  bool oversign = true;      ///< name fields once more than they are there, so that none can be added (§5.4, §8.15)
  bool body_length = false;  ///< write `l=`, which lets anybody append to the body (§8.2). Leave it
};

/// Why a message is not signed.
enum class SignFault : std::uint8_t {
  no_from,          ///< §5.4: it must be signed, and there is none
  several_from,     ///< RFC 5322 §3.6 allows one; a signature would vouch for whichever a reader is shown
  no_header_end,    ///< there is no body, so probably no message
  no_first_field,   ///< the first line is a continuation, and would continue the signature
  header_too_long,  ///< more than mail::Message splits
  too_many_names,   ///< h= would hold more names than verifiers look at
  no_key,
  bad_domain,
  bad_selector,
  bad_identity,    ///< no address, or its domain is neither `d=` nor below it (§3.5)
  bad_field_name,  ///< among SignOptions::fields, or DKIM-Signature itself; for ARC, one of its own or of results
  bad_lifetime,    ///< zero, or beyond 12 digits
  key_failed,      ///< OpenSSL would not sign
};
/// A clause without a full stop: `the message has no From field`.
[[nodiscard]] std::string_view to_string(SignFault fault) noexcept;

/// Signs a message whose body comes in pieces.
class Signing {
 public:
  /// @param message  not copied: it and its octets must outlive the signing. Its body is not looked at.
  Signing(const mail::Message& message, SignOptions options);
  ~Signing();
  Signing(Signing&&) noexcept;
  Signing& operator=(Signing&&) noexcept;

  /// The next octets of the body, with CRLF, after any transfer encoding and before dot-stuffing (§3.7).
  void body(std::string_view chunk);

  /// Once.
  /// @param keys  each makes a signature; two kinds of key need two selectors (RFC 8463 §6).
  /// @return the DKIM-Signature fields, folded at 78 columns and each with its CRLF, to stand before the message.
  [[nodiscard]] std::expected<std::string, SignFault> finish(const std::vector<SigningKey>& keys);

  /// Instead: the ARC-Message-Signature field of a set (RFC 8617 §4.1.2), which has no `i=` of DKIM and also covers the
  /// DKIM-Signature fields. For arc::Sealing.
  [[nodiscard]] std::expected<std::string, SignFault> finish_for_arc(const SigningKey& key, unsigned instance);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for a message that is there as a whole.
[[nodiscard]] std::expected<std::string, SignFault> sign(const mail::Message& message,
                                                         const std::vector<SigningKey>& keys, SignOptions options);

/// The names that are put into `h=` when SignOptions::fields is empty, in lower case: what readers and programs act on
/// (§5.4.1), as often as it is there, and most of it once more.
[[nodiscard]] std::vector<std::string> recommended_fields(const mail::Message& message, bool oversign);

}  // namespace envelint::dkim
