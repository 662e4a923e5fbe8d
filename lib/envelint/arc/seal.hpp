#pragma once

#include <envelint/arc/validate.hpp>
#include <envelint/dkim/sign.hpp>
#include <envelint/mail/message.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

/// Sealing mail that is passed on (RFC 8617 §5.1).
///
///     const ChainResult chain = sync_wait(validate(resolver, message, options));
///     auto set = seal(message, chain, "mx.example.com; spf=pass …", {&key, "s1"}, SignOptions("example.com", now));
///     if (set) send(*set + bytes);
namespace envelint::arc {

/// Why a message is not sealed.
struct SealFault {
  enum class Kind : std::uint8_t {
    failed_before,  ///< the newest seal says `cv=fail`: nothing follows it (§5.1 step 2)
    full,           ///< there are 50 sets (§4.2.1)
    too_large,      ///< the fields of ARC have more than kMaxChainOctets octets
    bad_results,    ///< the results are empty, too long, or hold what may not stand in a header field
    not_signed,     ///< see `signing`
  };
  Kind kind;
  dkim::SignFault signing{};

  friend bool operator==(const SealFault&, const SealFault&) = default;
};
/// A clause without a full stop: `the chain has 50 sets, and may not have more`.
[[nodiscard]] std::string_view to_string(const SealFault& fault) noexcept;

/// What `cv=` of the next seal says: the verdict on the chain as it arrived, which is a failure where the message that is
/// sealed has not all of that chain, or more.
[[nodiscard]] ChainStatus seal_status(const mail::Message& message, const ChainResult& chain);

/// Longer results are not sealed: the fields of ARC travel on with the message.
inline constexpr std::size_t kMaxSealedResults = std::size_t{32} << 10;

/// Seals a message whose body comes in pieces.
class Sealing {
 public:
  /// @param message  as it leaves: all changes to it, and DKIM-Signature fields, come first (§5.1 step 1). Not copied:
  ///                 it and its octets must outlive the sealing. Its body is not looked at.
  /// @param options  of the ARC-Message-Signature. There is no `identity` in ARC.
  Sealing(const mail::Message& message, dkim::SignOptions options);
  ~Sealing();
  Sealing(Sealing&&) noexcept;
  Sealing& operator=(Sealing&&) noexcept;

  /// The next octets of the body.
  void body(std::string_view chunk);

  /// Once.
  /// @param chain    what became of the message's chain as it arrived: by `cv=`, who comes next learns of it. A chain
  ///                 that fails is sealed as failed, and the seal then covers its own set alone (§5.1.2).
  /// @param results  what was found when the message arrived: the value of an Authentication-Results field, folded or
  ///                 not (§4.1.1). Not read here.
  /// @param key      RSA, unless who comes next is known to verify Ed25519: RFC 8617 knows rsa-sha256 alone.
  /// @return the set: ARC-Seal, ARC-Message-Signature and ARC-Authentication-Results, folded at 78 columns and each
  ///         with its CRLF, to stand before the message.
  [[nodiscard]] std::expected<std::string, SealFault> finish(const ChainResult& chain, std::string_view results,
                                                             const dkim::SigningKey& key);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for a message that is there as a whole.
[[nodiscard]] std::expected<std::string, SealFault> seal(const mail::Message& message, const ChainResult& chain,
                                                         std::string_view results, const dkim::SigningKey& key,
                                                         dkim::SignOptions options);

}  // namespace envelint::arc
