#pragma once

#include <envelint/mail/message.hpp>

#include <cstddef>
#include <expected>
#include <functional>
#include <string>

namespace cli {

/// A larger message is not read; mail systems stop at a fraction of it.
inline constexpr std::size_t kMaxMessageFile = std::size_t{256} << 20;

/// A message from a file or from standard input.
struct MessageInput {
  std::string name;                                                      ///< of the file, or `standard input`
  std::string bytes;                                                     ///< as they were sent, with CRLF
  envelint::mail::LineEnds line_ends = envelint::mail::LineEnds::as_is;  ///< how they were saved
};

/// Reads a message; `-` is standard input. A file that was saved with bare LF gets its CRLF back.
/// @return the message, or which file cannot be read and why.
[[nodiscard]] std::expected<MessageInput, std::string> read_message(const std::string& path);

/// Reads a file with one message, or an mbox file with several (`-` is standard input), and gives each to `take` in turn.
/// @return how many there were, or which file cannot be read and why.
[[nodiscard]] std::expected<std::size_t, std::string> read_messages(
    const std::string& path, const std::function<void(const MessageInput&, std::size_t count)>& take);

}  // namespace cli
