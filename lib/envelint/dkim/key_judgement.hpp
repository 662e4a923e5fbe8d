#pragma once

#include <envelint/dkim/result.hpp>
#include <envelint/dkim/signature.hpp>
#include <envelint/dkim/verifying_key.hpp>
#include <envelint/dns/resolver.hpp>

#include <memory>
#include <optional>
#include <string>

namespace envelint::dkim {

/// What is to be said of the key of a signature (RFC 6376 §6.1.2, RFC 8301 §3.2).
struct KeyJudgement {
  std::optional<bool> ok;                ///< whether it may be used for the signature; empty: DNS would not say
  Result result = Result::none;          ///< where it may not be used
  Reason reason = Reason::verified;      ///< the same
  std::string detail;                    ///< more on the reason for a person; may be empty
  std::shared_ptr<const LoadedKey> key;  ///< where there is just one record
  bool testing = false;                  ///< `t=y`
};

/// @param signature  one whose `a=`, `d=` and `s=` could be read.
/// @param answer     to the question for its key.
/// @param cache      keeps the key; may be nullptr.
[[nodiscard]] KeyJudgement judge_key(const Signature& signature, const dns::Answer& answer, KeyCache* cache);

}  // namespace envelint::dkim
