#pragma once

#include <envelint/dkim/autopsy.hpp>
#include <envelint/dkim/verify.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/render/terminal.hpp>

#include <span>
#include <string>
#include <vector>

namespace envelint::render {

/// Lays out what became of a message's signatures for a terminal: for each the result, its reason, and the three facts
/// (body, header, key), why they do not hold, then what it leaves unsigned. Ends in a line feed. Bytes of the message are
/// made visible.
/// @param autopsies  one for each result, or none.
[[nodiscard]] std::string dkim_text(const mail::Message& message, const std::vector<dkim::SignatureResult>& results,
                                    const TerminalOptions& options = {}, std::span<const dkim::Autopsy> autopsies = {});

}  // namespace envelint::render
