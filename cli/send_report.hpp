#pragma once

#include "send_run.hpp"

#include <envelint/smtp/transcript.hpp>

#include <string>
#include <vector>

namespace cli {

/// One entry of a transcript as lines of text: `C: EHLO client.example`.
[[nodiscard]] std::string transcript_text(const envelint::smtp::TranscriptEntry& entry);

/// What became of a mail, or of all of them.
[[nodiscard]] std::string send_text(const SendSettings& settings, const SendTotals& totals);

/// The same as JSON, schema `envelint/send/1`, with the transcript if there is one.
[[nodiscard]] std::string send_json(const SendSettings& settings, const SendMail& mail, const SendTotals& totals,
                                    const std::vector<envelint::smtp::TranscriptEntry>& transcript);

}  // namespace cli
