#pragma once

#include <envelint/mail/message.hpp>
#include <envelint/render/terminal.hpp>
#include <envelint/verdict/evaluate.hpp>

#include <string>

namespace envelint::render {

/// What a verdict comes to, for a terminal: what it is in one sentence, and what receivers are asked to do. Ends in a line
/// feed. Bytes of others are made visible.
[[nodiscard]] std::string conclusion_text(const verdict::Verdict& verdict, const TerminalOptions& options = {});

/// The account of how a verdict came to be, for a terminal: a block a step. Ends in a line feed.
/// @param questions  whether to show each question of DNS with its answer
[[nodiscard]] std::string story_text(const mail::Message& message, const verdict::Verdict& verdict,
                                     const TerminalOptions& options = {}, bool questions = false);

}  // namespace envelint::render
