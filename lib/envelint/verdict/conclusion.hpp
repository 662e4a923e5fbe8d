#pragma once

#include <envelint/verdict/evaluate.hpp>

#include <string>

namespace envelint::verdict {

/// What a verdict comes to, for a person who reads one sentence only: `DMARC fails: SPF passed for bounce.esp.example,
/// which is not aligned with example.com, and the message has no DKIM signature.` Pure. Holds bytes of others: whoever
/// shows it makes hidden characters visible.
[[nodiscard]] std::string conclude(const Verdict& verdict);

/// What becomes of the message where receivers do as the author domain asks, in one sentence; also where those of the two
/// generations do not do the same. Empty where DMARC comes to no verdict.
[[nodiscard]] std::string consequence(const Verdict& verdict);

/// What receivers of RFC 7489 make of it instead: `Receivers that follow RFC 7489 differ: they are asked to reject it.` Empty
/// where they do the same, and where DMARC comes to no verdict.
[[nodiscard]] std::string disagreement(const Verdict& verdict);

/// Why there is not one author domain, for a person: `the message has 2 From fields`. Empty where there is one.
[[nodiscard]] std::string author_trouble(const dmarc::Author& author);

/// Why an identifier is aligned with the author domain or not, in a clause: `its organizational domain is esp.example,
/// that of shop.example.com is example.com`. For the generation of `result`.
[[nodiscard]] std::string explain(const Alignment& alignment, const Identifier& identifier, const dns::Name& author,
                                  const DmarcResult& result);

/// Where the policy that applies stands: `p=reject at _dmarc.example.com`.
[[nodiscard]] std::string place_of(const dmarc::EffectivePolicy& policy);

}  // namespace envelint::verdict
