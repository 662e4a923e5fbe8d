#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace envelint::mail {

/// One message of an mbox file (RFC 4155 and its mboxrd form).
struct MboxMessage {
  std::string_view from_line;  ///< `From sender date`, without its line end
  std::string bytes;           ///< the message, with one `>` taken off lines that are `>From `, `>>From ` and so on
  std::size_t line = 0;        ///< of the file on which `from_line` stands, from 1
};

/// Whether a file is an mbox: it begins with a line `From `. A header field `From : …` is none.
[[nodiscard]] bool is_mbox(std::string_view file) noexcept;

/// Goes through an mbox file message by message, so that only one of them is copied at a time.
///
///     MboxReader reader(file);
///     for (MboxMessage message; reader.next(message);) …
class MboxReader {
 public:
  /// @param file  must outlive the reader.
  explicit MboxReader(std::string_view file) noexcept : rest_(file) {}

  /// A message begins with a line `From ` at the start of the file or behind an empty line. That empty line is no part
  /// of the message before it, nor is one at the end of the file. What stands before the first such line is left out.
  /// @return false at the end of the file; `out` is then as it was.
  [[nodiscard]] bool next(MboxMessage& out);

 private:
  std::string_view take(std::size_t size);

  std::string_view rest_;
  std::size_t line_ = 1;
};

}  // namespace envelint::mail
