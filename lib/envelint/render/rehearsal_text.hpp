#pragma once

#include <envelint/rehearsal/rehearse.hpp>
#include <envelint/render/terminal.hpp>

#include <string>
#include <vector>

namespace envelint::render {

/// What stands above and below a rehearsal's matrix and is known to the caller alone.
struct RehearsalWords {
  std::vector<std::string> key_files;  ///< the file of each key, in their order
  std::string lint_command;            ///< what to type to see all findings of the zone
};

/// A rehearsal for a terminal: what it comes to, the findings of the zone that are errors, a line a delivery, and
/// what to change. Ends in a line feed. Bytes of others are made visible; no line is wider than the width, but for
/// words in help.
[[nodiscard]] std::string rehearsal_text(const rehearsal::Rehearsal& rehearsal, const RehearsalWords& words,
                                         const TerminalOptions& options = {});

/// What a receiver does with the message of a row, in a word or two: `deliver`, `quarantine`, `reject`, `may refuse`,
/// `unknown`.
[[nodiscard]] std::string_view what_receivers_do(const rehearsal::Delivery& row);

/// What SPF says of it: the word of the result, or `unaligned` for a pass that does not count, and `unknown` for what
/// DNS would not say.
[[nodiscard]] std::string_view spf_word(const rehearsal::Delivery& row);
/// The same of DKIM, for the signature that counts most.
[[nodiscard]] std::string_view dkim_word(const rehearsal::Delivery& row);
/// The same of DMARC, for receivers of RFC 9989.
[[nodiscard]] std::string_view dmarc_word(const rehearsal::Delivery& row);
/// Whether receivers of RFC 7489 do something else with it.
[[nodiscard]] bool generations_differ(const rehearsal::Delivery& row);

}  // namespace envelint::render
