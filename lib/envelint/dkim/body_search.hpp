#pragma once

#include <envelint/dkim/autopsy_change.hpp>
#include <envelint/dkim/canonicalize.hpp>
#include <envelint/dkim/digest.hpp>
#include <envelint/mail/message.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// Searching for what was done to a body, with `bh=` as the proof.
///
/// `bh=` stands in the signed header, so that whoever changes a body leaves behind what it was: any guess can be
/// checked by its hash, without the key, and one that fits is no guess any more.
namespace envelint::dkim {

/// How the body was hashed by the signature's own account, and what came out.
struct BodyQuestion {
  Canonicalization kind = Canonicalization::simple;
  HashAlgorithm hash = HashAlgorithm::sha256;
  std::optional<std::uint64_t> length;
  text::Bytes wanted;
};

/// Bounds of a search; counted, not timed, so that the same message always gets the same answer.
struct SearchLimits {
  std::size_t body = std::size_t{16} << 20;              ///< octets; a larger body is not searched
  std::uint64_t body_octets = std::uint64_t{256} << 20;  ///< that are hashed for all guesses about a body together
  std::size_t body_guesses = 500'000;
  std::uint64_t header_octets = std::uint64_t{96} << 20;  ///< that are hashed for all guesses about a header together
  std::size_t header_guesses = 200'000;
  std::size_t public_key_operations = 3000;  ///< where each guess needs one (Ed25519)
  std::size_t questions = 24;                ///< of DNS, for other keys
};

/// What came of a search. `changes` undone together, in their order, give a body or header that verifies; it is empty
/// where nothing was found.
struct SearchResult {
  std::vector<Change> changes;
  std::uint64_t tried = 0;
  bool gave_up = false;  ///< a limit was reached before all was tried
};

/// Searches for the smallest known change. Never names one that does not lead to `question.wanted`.
[[nodiscard]] SearchResult search_body(const mail::Message& message, const BodyQuestion& question,
                                       const SearchLimits& limits = {});

}  // namespace envelint::dkim
