#pragma once

#include "command_line.hpp"

#include <envelint/mail/message.hpp>
#include <envelint/verdict/envelope.hpp>

#include <expected>
#include <optional>
#include <string>

namespace cli {

/// How a message arrived, as the command line has it.
struct EnvelopeOptions {
  std::string ip;                        ///< --ip
  std::optional<std::string> mail_from;  ///< --mail-from
  std::optional<std::string> helo;       ///< --helo
  bool tls = false;                      ///< --tls
  bool no_tls = false;                   ///< --no-tls
  bool from_received = false;            ///< --from-received
};

/// Adds --ip, --mail-from, --helo, --tls, --no-tls and --from-received. `options` must outlive the parsing.
void add_envelope_options(Command& command, EnvelopeOptions& options);

/// Why the options do not go together or cannot be read, or nothing.
[[nodiscard]] std::optional<std::string> check_envelope_options(const EnvelopeOptions& options);

/// The envelope of one message.
struct FoundEnvelope {
  envelint::verdict::Envelope envelope;  ///< without a client where none is known
  std::string note;                      ///< where it was taken from, or why it was not; may be empty. Bytes of others
};

/// Takes the envelope from the options, or with --from-received from the topmost Received field whose client is no host
/// of an inner network, and MAIL FROM from Return-Path.
/// @param options  that check_envelope_options has nothing against
[[nodiscard]] FoundEnvelope find_envelope(const EnvelopeOptions& options, const envelint::mail::Message& message);

}  // namespace cli
