#pragma once

#include <envelint/dkim/autopsy_change.hpp>
#include <envelint/dkim/body_search.hpp>
#include <envelint/dkim/original_comparison.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/dns/resolver.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/task/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Why a signature fails: the change that was made after signing, or the mistake of the signer.
///
///     const auto results = co_await verify(resolver, message, options);
///     const auto autopsies = co_await autopsy(resolver, &message, &results, AutopsyOptions());
///     if (autopsies[0].needed()) print(autopsies[0].summary);
///
/// The message alone is enough, because a signature says what was signed. `bh=` is the hash of the body, so that each
/// guess about the body is checked by hashing it; the signature over the header checks guesses about the header, and as
/// it covers `bh=` whatever became of the body, the two are searched apart. A cause is named only when the check comes
/// out right with the change undone. Everything else is unknown, and said to be.
namespace envelint::dkim {

/// Not an aggregate: it is a coroutine parameter.
struct AutopsyOptions {
  AutopsyOptions() = default;

  std::vector<std::string> selectors;  ///< of keys that may have been meant, beside the common ones
  SearchLimits limits;
};

struct Autopsy {
  std::vector<Place> failed;       ///< which of the three facts do not hold; empty: there is nothing to explain
  std::vector<Change> changes;     ///< proven; undone in this order they make what they explain verify
  bool complete = false;           ///< whether each of `failed` is explained
  std::string summary;             ///< sentences for a person. Bytes of the message are made visible
  std::vector<std::string> known;  ///< what is certain beside or without a cause, each a sentence without a full stop
  std::uint64_t tried = 0;         ///< guesses that were checked
  bool gave_up = false;            ///< a limit was reached before all guesses were checked
  std::optional<OriginalComparison> original;  ///< set by whoever has the original; not by `autopsy`

  [[nodiscard]] bool needed() const noexcept { return !failed.empty(); }
  /// The first of `changes`, or `unknown`.
  [[nodiscard]] Cause cause() const noexcept { return changes.empty() ? Cause::unknown : changes.front().cause; }
};

/// Looks into every signature of which a fact does not hold. Asks DNS only where the key does not fit.
/// @param message  must outlive the task; has its body.
/// @param results  of this message; must outlive the task.
/// @return for each result an autopsy, which is not `needed` where the signature holds.
[[nodiscard]] task::Task<std::vector<Autopsy>> autopsy(dns::Resolver& resolver, const mail::Message* message,
                                                       const std::vector<SignatureResult>* results,
                                                       AutopsyOptions options);

}  // namespace envelint::dkim
