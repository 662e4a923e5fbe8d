#pragma once

#include <envelint/mail/message.hpp>

#include <string>
#include <vector>

namespace cli {

/// Something odd in a message, for a person.
struct OddityNote {
  envelint::mail::Oddity::Kind kind;
  std::string text;  ///< where it is and what comes of it: `a bare CR at octet 1140 and 3 other places: …`
};

/// One note for each kind, in the order in which they first occur.
[[nodiscard]] std::vector<OddityNote> oddity_notes(const std::vector<envelint::mail::Oddity>& oddities);

}  // namespace cli
