#pragma once

#include <envelint/inbox/message.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is kept of envelopes and sessions as octets: fields with a number each, so that a later version may add some and
/// an older one passes over them. Texts are kept octet by octet, for others need not send UTF-8.
namespace envelint::inbox {

[[nodiscard]] std::string encode(const smtp::Envelope& envelope);
[[nodiscard]] std::string encode(const std::vector<smtp::WireOddity>& oddities);
/// Without the transcript, which lists do not need.
[[nodiscard]] std::string encode(const Session& session);
[[nodiscard]] std::string encode(const std::vector<smtp::TranscriptEntry>& transcript);

/// Reads what `encode` has written, and of any other octets nothing. Linear in their number.
[[nodiscard]] std::optional<smtp::Envelope> decode_envelope(std::string_view octets);
[[nodiscard]] std::optional<std::vector<smtp::WireOddity>> decode_oddities(std::string_view octets);
[[nodiscard]] std::optional<Session> decode_session(std::string_view octets);
[[nodiscard]] std::optional<std::vector<smtp::TranscriptEntry>> decode_transcript(std::string_view octets);

}  // namespace envelint::inbox
