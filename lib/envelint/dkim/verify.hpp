#pragma once

#include <envelint/dkim/result.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/dkim/verifying_key.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/task/task.hpp>
#include <envelint/text/base64.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Verifying DKIM signatures (RFC 6376 §6.1).
///
///     const auto message = mail::Message::split(bytes);
///     const auto results = sync_wait(verify(resolver, message, VerifyOptions(now)));
///     for (const SignatureResult& signature : results) …
///
/// Three things make a signature: the hash of the body, the signature over the header, and the key. All three are
/// looked at for every signature as far as they can be, whichever of them fails, and reported beside the result; so it
/// can be told a changed body from a wrong key, and what is cryptographically sound from what is accepted.
namespace envelint::dkim {

/// What a message may cost (RFC 6376 §6.1, §8.4).
struct Limits {
  std::size_t signatures = 10;                 ///< from the top; the rest is reported as skipped
  std::size_t questions = 10;                  ///< different keys asked for
  std::size_t header = std::size_t{64} << 10;  ///< octets of header from the top in which signatures are looked for
  std::size_t signed_header = std::size_t{64} << 10;  ///< octets of header that one signature may cover
  std::size_t reported = 100;                         ///< signatures in the results, skipped ones included
};

/// Not an aggregate: it is a coroutine parameter.
struct VerifyOptions {
  /// @param unix_time  seconds since 1970, best when the message was received (§3.5, `x=`).
  explicit VerifyOptions(std::uint64_t unix_time) : now(unix_time) {}

  std::uint64_t now;
  std::uint64_t clock_skew = 300;  ///< seconds after `x=` in which a signature still counts
  Limits limits;
  KeyCache* keys = nullptr;  ///< keeps keys from one message to the next; must outlive the verification
};

/// All that is known of one signature.
struct SignatureResult {
  Result result = Result::none;
  Reason reason = Reason::verified;
  std::string detail;     ///< more on the reason for a person; may be empty. Holds no bytes of others but safe names
  std::size_t field = 0;  ///< the index of its field in the message
  Signature signature;

  // The three facts. Empty: it could not be found out.
  std::optional<bool> body_hash_ok;
  std::optional<bool> header_signature_ok;
  std::optional<bool> key_ok;  ///< whether the key may be used for this signature (§6.1.2, RFC 8301)

  std::optional<dns::Answer> key_answer;  ///< what DNS said; empty where the key was not asked for
  std::shared_ptr<const LoadedKey> key;   ///< where there is just one record
  bool testing = false;                   ///< `t=y`: report it, treat it as any other (§3.6.1)
  text::Bytes body_hash;                  ///< as computed here; empty where `a=` or `c=` cannot be read
  std::uint64_t body_octets = 0;          ///< of the canonical body
  std::uint64_t unsigned_octets = 0;      ///< of it, those that `l=` leaves unsigned
  bool in_future = false;                 ///< `t=` lies after now by more than the clock skew
  /// For every name of `h=`, the index of the field it covers (§5.4.2).
  std::vector<std::optional<std::size_t>> covered;

  [[nodiscard]] bool skipped() const noexcept { return reason == Reason::skipped; }
  /// Bits of the key's RSA modulus, 256 for Ed25519; 0: not known.
  [[nodiscard]] std::uint32_t key_bits() const noexcept;
};

/// Verifies all signatures of a message whose body comes in pieces.
///
///     Verification verification(message, options);   // `message` has the header at least
///     while (…) verification.body(chunk);
///     auto results = co_await verification.finish(resolver);
///
/// A body is canonicalized and hashed once for all signatures that agree on how. Holds nothing of the body.
class Verification {
 public:
  /// @param message  not copied: it and its octets must outlive the verification. Its body is not looked at.
  /// @param field    which signatures: those of DKIM, or the message signatures of ARC, which are verified alike
  ///                 (RFC 8617 §4.1.2).
  Verification(const mail::Message& message, VerifyOptions options,
               SignatureField field = SignatureField::dkim_signature);
  ~Verification();
  Verification(Verification&&) noexcept;
  Verification& operator=(Verification&&) noexcept;

  /// The next octets of the body.
  void body(std::string_view chunk);

  /// Asks for the keys, all at once, and says what becomes of each signature, in the order of the fields from the top.
  /// Once; the verification and the resolver must outlive the task.
  /// @return empty when the message has no signature.
  [[nodiscard]] task::Task<std::vector<SignatureResult>> finish(dns::Resolver& resolver);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for a message that is there as a whole. Its octets must outlive the task.
[[nodiscard]] task::Task<std::vector<SignatureResult>> verify(dns::Resolver& resolver, mail::Message message,
                                                              VerifyOptions options);

/// What a signature leaves open about the header, as names in lower case.
struct Coverage {
  std::vector<std::string> signed_names;      ///< fields of the message that are covered
  std::vector<std::string> unsigned_names;    ///< fields that people and programs act on, there and not covered
  std::vector<std::string> duplicated_names;  ///< of them, those with an instance that is covered and one that is not
};

/// @param result  of this message.
[[nodiscard]] Coverage coverage(const mail::Message& message, const SignatureResult& result);

}  // namespace envelint::dkim
