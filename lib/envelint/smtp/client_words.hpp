#pragma once

#include <envelint/smtp/reply_reader.hpp>
#include <envelint/smtp/session.hpp>

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a client says, as plain functions: everything of `MailClient` that does not wait.
namespace envelint::smtp {

/// What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1).
struct Offer {
  ExtensionSet extensions;
  std::optional<std::uint64_t> size;    ///< the largest message it takes (RFC 1870); nothing where it says none
  std::vector<std::string> mechanisms;  ///< of AUTH, in capitals. Bytes of others

  [[nodiscard]] bool has(Extension extension) const noexcept { return extensions.has(extension); }
};
[[nodiscard]] Offer read_offer(const ServerReply& reply);

/// A message to send, and to whom.
struct Mail {
  Mail() = default;

  std::string from;                          ///< without angle brackets; empty for `<>`
  std::vector<std::string> to;               ///< without angle brackets
  std::shared_ptr<const std::string> bytes;  ///< with CRLF; sent as it is

  /// RFC 3461; sent where the server offers DSN.
  std::string notify;  ///< `NEVER`, or some of `SUCCESS,FAILURE,DELAY`; empty: left to the server
  std::string ret;     ///< `FULL` or `HDRS`
  std::string envid;   ///< not encoded
};

/// MAIL with the parameters that the mail needs and the server offers.
struct MailCommand {
  std::string line;
  std::vector<std::string> notes;  ///< what the mail needs and is not offered; it is sent all the same
  std::string fault;               ///< why it cannot be sent at all; empty if it can
};
[[nodiscard]] MailCommand mail_command(const Mail& mail, const Offer& offer, bool by_chunks);
[[nodiscard]] std::string rcpt_command(const Mail& mail, const std::string& recipient, const Offer& offer);

/// The message as DATA has it (RFC 5321 §4.5.2): dots at the beginning of lines doubled, and the final dot. A last line
/// without CRLF gets one.
[[nodiscard]] std::string data_of(std::string_view message);

/// Encodes as xtext (RFC 3461 §4).
[[nodiscard]] std::string xtext_encode(std::string_view text);

/// The mechanism to use: the one that is wanted, or of those offered the first that is safe here.
/// @param private_line  whether a password may be sent as it is: TLS, or loopback
/// @return it, or why there is none, as a clause
[[nodiscard]] std::expected<Mechanism, std::string> choose_mechanism(std::optional<Mechanism> wanted,
                                                                     const Offer& offer, bool private_line);

/// What AUTH sends with the command itself, in base64; nothing where the server speaks first.
[[nodiscard]] std::optional<std::string> initial_response(Mechanism mechanism, const Credential& credential);
/// The answer to a 334, in base64, or `*`, which gives up (RFC 4954 §4).
/// @param challenge  the text of the 334
/// @param round      0 for the first 334
[[nodiscard]] std::string next_response(Mechanism mechanism, const Credential& credential, std::string_view challenge,
                                        unsigned round);

}  // namespace envelint::smtp
