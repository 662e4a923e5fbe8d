#pragma once

#include <envelint/dkim/autopsy_change.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/mail/message.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// A message beside the one that was signed, both in canonical form.
namespace envelint::dkim {

/// Where the canonical forms part for the first time, in one field or in the body.
struct Difference {
  Place place = Place::body;
  std::string field;                ///< name of the header field
  std::uint64_t offset = 0;         ///< in the canonical field or body, in octets
  std::uint64_t line = 1;           ///< of the canonical field or body, from 1
  std::string original;             ///< canonical text of the original around that place; empty: it ends there
  std::string now;                  ///< the same of the message
  bool absent_in_original = false;  ///< there is no such field
  bool absent_now = false;
};

struct OriginalComparison {
  std::vector<Difference> differences;      ///< fields in the order of `h=`, then the body
  bool body_hash_ok = false;                ///< whether `bh=` is of the original's body: whether it is what was signed
  std::optional<bool> header_signature_ok;  ///< the same of its header; empty where there is no key
};

/// Compares what the signature covers.
/// @param result    of the message.
/// @param original  as it was signed; it need not hold the signature.
[[nodiscard]] OriginalComparison compare_with_original(const mail::Message& message, const SignatureResult& result,
                                                       const mail::Message& original);

/// A sentence without a full stop; bytes of the messages in it are made visible.
[[nodiscard]] std::string describe(const Difference& difference);

}  // namespace envelint::dkim
