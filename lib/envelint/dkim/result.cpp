#include <envelint/dkim/result.hpp>

#include <array>
#include <cstddef>

namespace envelint::dkim {

std::string_view to_string(Result result) noexcept {
  constexpr std::array<std::string_view, 7> kWords{"none",    "pass",      "fail",     "policy",
                                                   "neutral", "temperror", "permerror"};
  return kWords[static_cast<std::size_t>(result)];
}

std::string_view to_string(Reason reason) noexcept {
  constexpr std::array<std::string_view, 28> kWords{
      "",
      "signature syntax error",
      "signature missing required tag",
      "incompatible version",
      "domain mismatch",
      "From field not signed",
      "signature expired",
      "unknown algorithm",
      "unknown canonicalization",
      "unknown query method",
      "historic algorithm rsa-sha1",
      "key unavailable",
      "no key for signature",
      "several key records",
      "key syntax error",
      "inappropriate hash algorithm",
      "key revoked",
      "inappropriate key algorithm",
      "inappropriate service type",
      "subdomain not allowed by key",
      "key too short",
      "key unusable",
      "l= is larger than the body",
      "signed header too large",
      "body hash did not verify",
      "signature did not verify",
      "too many names in h=",
      "not evaluated",
  };
  return kWords[static_cast<std::size_t>(reason)];
}

}  // namespace envelint::dkim
