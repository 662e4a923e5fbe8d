#pragma once

#include <envelint/dkim/autopsy_change.hpp>

#include <functional>
#include <string>
#include <string_view>

/// What a body may have been before a mail system rewrote all of it: guesses, to be proven by `bh=`.
namespace envelint::dkim {

/// Takes a guess; returns whether to go on.
using BodyGuess = std::function<bool(Cause cause, const std::string& body)>;

/// Offers earlier forms of a body, the commonest changes first, each only where it differs from what is there. One at a
/// time is in memory, of at most eight times the size of the body (tabs as spaces).
/// Stops after reading 256 megabytes all in all.
/// @param body          with its lines as they came; any octets.
/// @param content_type  the value of the message's Content-Type field; may be empty.
/// @param encoding      the value of its Content-Transfer-Encoding field; may be empty.
void guess_bodies(std::string_view body, std::string_view content_type, std::string_view encoding,
                  const BodyGuess& guess);

}  // namespace envelint::dkim
