#pragma once

#include "command_line.hpp"
#include "signing_keys.hpp"

#include <envelint/dkim/sign.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// What is sent, as the command line has it.
struct SendMailOptions {
  std::optional<std::string> file;       ///< FILE, `-` for standard input; nothing: a mail is made up
  std::optional<std::string> mail_from;  ///< --mail-from
  std::vector<std::string> rcpt;         ///< --rcpt
  std::optional<std::string> subject;    ///< --subject
  std::optional<std::string> body;       ///< --body
  std::optional<std::uint64_t> size;     ///< --size
  SigningKeyOptions signing;             ///< --key, --selector, --passphrase-file
  std::string domain;                    ///< --domain
};

/// Adds FILE and the options above. `options` must outlive the parsing.
void add_send_mail_options(Command& command, SendMailOptions& options);

/// The mail to send, with its envelope. Made-up ones have each a Message-ID of its own.
class SendMail {
 public:
  /// @param note  told what was taken from where, and what was changed on the way
  /// @return the mail; or in a few words what is wrong with the options, or cannot be read or signed
  [[nodiscard]] static std::expected<SendMail, std::string> prepare(const SendMailOptions& options,
                                                                    const std::function<void(std::string_view)>& note);

  /// The octets of the mail of this number, from 0.
  [[nodiscard]] std::expected<std::shared_ptr<const std::string>, std::string> make(std::size_t number) const;
  /// Without angle brackets; empty for `<>`.
  [[nodiscard]] const std::string& from() const noexcept { return from_; }
  [[nodiscard]] const std::vector<std::string>& to() const noexcept { return to_; }

 private:
  SendMail() = default;

  [[nodiscard]] std::optional<std::string> read_file(const std::string& path,
                                                     const std::function<void(std::string_view)>& note);
  [[nodiscard]] std::optional<std::string> set_envelope(const SendMailOptions& options,
                                                        const std::function<void(std::string_view)>& note);
  [[nodiscard]] std::string made_up(std::size_t number) const;
  [[nodiscard]] std::expected<std::string, std::string> signed_one(std::string message) const;

  std::string from_;
  std::vector<std::string> to_;
  std::shared_ptr<const std::string> bytes_;  // of a file
  std::string subject_;
  std::string body_;  // with CRLF
  std::uint64_t size_ = 0;
  std::string domain_;
  SigningKeys keys_;
};

}  // namespace cli
