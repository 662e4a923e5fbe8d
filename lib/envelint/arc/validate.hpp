#pragma once

#include <envelint/arc/chain.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/task/task.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::arc {

/// What is known of the seal of one set.
struct SealResult {
  dkim::Result result = dkim::Result::none;  ///< `none`: it was not looked at
  dkim::Reason reason = dkim::Reason::verified;
  std::string detail;                     ///< more on the reason for a person; may be empty
  std::optional<dns::Answer> key_answer;  ///< what DNS said; empty where the key was not asked for
};

/// What becomes of a message's chain.
struct ChainResult {
  ChainStatus status = ChainStatus::none;
  ChainFault fault = ChainFault::none;
  unsigned instance = 0;  ///< of the set whose signature or seal is at fault; 0: none
  std::string detail;     ///< more on the fault for a person; may be empty. Holds no bytes of others but safe names
  bool unknown = false;   ///< DNS would not say. The chain fails all the same (RFC 8617 §5.2.1)
  Chain chain;
  /// Of the message signature and the seal of each set, the oldest first. Empty where the structure is at fault.
  std::vector<dkim::SignatureResult> message_signatures;
  std::vector<SealResult> seals;
  /// The lowest instance whose message signature, and all above it, still verify; 0 when all do (§5.2 step 5).
  unsigned oldest_pass = 0;
};

/// Validates the chain of a message whose body comes in pieces (§5.2).
///
///     Validation validation(message, options);   // `message` has the header at least
///     while (…) validation.body(chunk);
///     const ChainResult arc = co_await validation.finish(resolver);
class Validation {
 public:
  /// @param message  not copied: it and its octets must outlive the validation. Its body is not looked at.
  Validation(const mail::Message& message, dkim::VerifyOptions options);
  ~Validation();
  Validation(Validation&&) noexcept;
  Validation& operator=(Validation&&) noexcept;

  /// The next octets of the body.
  void body(std::string_view chunk);

  /// Asks for the keys and says what becomes of the chain. A chain whose structure is at fault, or whose newest message
  /// signature is, costs no question for seals. Once; the validation and the resolver must outlive the task.
  [[nodiscard]] task::Task<ChainResult> finish(dns::Resolver& resolver);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for a message that is there as a whole. Its octets must outlive the task.
[[nodiscard]] task::Task<ChainResult> validate(dns::Resolver& resolver, mail::Message message,
                                               dkim::VerifyOptions options);

/// The octets that the seal of the newest of `sets` covers: the fields of all of them in the order of §5.1.1, the last
/// seal without the value of `b=`.
[[nodiscard]] std::string sealed_header(const mail::Message& message, const std::vector<ArcSet>& sets,
                                        std::size_t newest);

}  // namespace envelint::arc
