#pragma once

#include <envelint/receiver/arrival.hpp>
#include <envelint/receiver/clerk.hpp>
#include <envelint/render/paint.hpp>
#include <envelint/render/terminal.hpp>

#include <string>

namespace cli {

/// A message as it arrived: two lines, and where it does not pass, why. With `verbose` all that is known about it.
/// @param hint  where the client says nothing about the sender, whether to say what to do about it
[[nodiscard]] std::string message_text(const envelint::receiver::Arrival& arrival,
                                       const envelint::render::TerminalOptions& layout, bool verbose, bool hint);
/// A message that was refused before anybody judged it.
[[nodiscard]] std::string refusal_text(const envelint::receiver::Refusal& refusal,
                                       const envelint::render::TerminalOptions& layout);
/// A session that ended: why, where it brought no message; with `verbose` all that was said.
[[nodiscard]] std::string session_text(const envelint::smtp::SessionEnd& end,
                                       const envelint::render::TerminalOptions& layout, bool verbose);
/// A line that is set apart from those of messages.
[[nodiscard]] std::string note_text(std::string_view text, envelint::render::Style style,
                                    const envelint::render::TerminalOptions& layout);

}  // namespace cli
