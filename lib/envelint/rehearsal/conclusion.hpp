#pragma once

#include <envelint/rehearsal/rehearse.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::rehearsal {

/// What a rehearsal comes to.
enum class Result : std::uint8_t {
  works,
  fails,
  undecided,  ///< nothing is known to be wrong, and not all is known
};
[[nodiscard]] std::string_view to_string(Result result) noexcept;  ///< "works"

/// One thing that keeps the setup from working, or from being known to work.
struct Trouble {
  bool broken = true;             ///< false: it leaves something undecided
  std::string what;               ///< in a clause without a full stop, short enough for a list
  std::string why;                ///< more on it, likewise; may be empty
  std::string help;               ///< exactly what to do; may be empty, where findings say it
  std::vector<std::size_t> rows;  ///< of the rehearsal; empty where it is about something else
};

/// Everything that is wrong or not known: keys, senders, what is forged and forwarded, findings of the zone, and
/// expectations; what is broken first. Pure.
[[nodiscard]] std::vector<Trouble> troubles(const Rehearsal& rehearsal);

[[nodiscard]] Result result_of(const Rehearsal& rehearsal);

/// The rehearsal in one or two sentences. May hold bytes of others.
[[nodiscard]] std::string conclude(const Rehearsal& rehearsal);

/// What is worth knowing though it is no trouble, each a sentence without a full stop: mail that DKIM alone carries,
/// what a mailing list breaks, terms whose senders cannot be listed.
[[nodiscard]] std::vector<std::string> remarks(const Rehearsal& rehearsal);

/// The policy that receivers find, in a few words: `p=reject at _dmarc.example.com`.
[[nodiscard]] std::string policy_in_words(const Rehearsal& rehearsal);

/// The findings that say what to change so that the deliveries that are broken are not, and those about keys: each
/// once, and none that linting told of already.
[[nodiscard]] audit::Report changes(const Rehearsal& rehearsal);

/// Whether a finding of the zone keeps the setup from working: an error, but for questions that were not answered.
[[nodiscard]] bool counts_as_error(const finding::Finding& finding) noexcept;

}  // namespace envelint::rehearsal
