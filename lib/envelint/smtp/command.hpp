#pragma once

#include <envelint/smtp/envelope.hpp>
#include <envelint/smtp/reply.hpp>
#include <envelint/smtp/session.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace envelint::smtp {

enum class Verb : std::uint8_t {
  helo,
  ehlo,
  lhlo,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  vrfy,
  expn,
  help,
  quit,
  starttls,
  auth,
  xclient,
  http,  ///< GET, POST and the like: a browser, or somebody who makes one send mail
  unknown,
};

/// A command line: the verb, and all behind the space. Points into the line.
struct Command {
  Verb verb = Verb::unknown;
  std::string_view word;      ///< the verb as written
  std::string_view argument;  ///< without trailing white space (RFC 5321 §4.1.1)
};

/// Splits a command line, without its CRLF.
[[nodiscard]] Command split_command(std::string_view line) noexcept;

/// Reads the argument of MAIL: `FROM:<…>` and parameters (RFC 5321 §4.1.1.2). Strict, and tells what to write instead.
/// @param offered  the extensions whose parameters are understood
/// @return the sender, or the reply that says why not
[[nodiscard]] std::expected<Sender, Reply> parse_mail(std::string_view argument, const ExtensionSet& offered);

/// Reads the argument of RCPT: `TO:<…>` and parameters (RFC 5321 §4.1.1.3).
/// @param utf8  whether MAIL had SMTPUTF8
[[nodiscard]] std::expected<Recipient, Reply> parse_rcpt(std::string_view argument, const ExtensionSet& offered,
                                                         bool utf8);

/// The argument of BDAT (RFC 3030 §2).
struct ChunkArgument {
  std::optional<std::uint64_t> size;  ///< nothing: it cannot be read, nor what follows. 2^64 - 1 also for what is more
  bool last = false;
  bool trailing = false;  ///< there is something else behind the size
};
[[nodiscard]] ChunkArgument parse_bdat(std::string_view argument) noexcept;

}  // namespace envelint::smtp
