#pragma once

#include <envelint/dkim/verify.hpp>
#include <envelint/mail/message.hpp>
#include <envelint/render/terminal.hpp>

#include <string>
#include <vector>

namespace envelint::render {

/// Lays out what became of a message's signatures for a terminal: for each the result, its reason, and the three facts
/// (body, header, key), then what it leaves unsigned. Ends in a line feed. Bytes of the message are made visible.
[[nodiscard]] std::string dkim_text(const mail::Message& message, const std::vector<dkim::SignatureResult>& results,
                                    const TerminalOptions& options = {});

}  // namespace envelint::render
