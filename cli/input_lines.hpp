#pragma once

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

namespace cli {

/// A TXT record holds 65,535 octets at most; no line with one is longer than this.
inline constexpr std::size_t kMaxInputLine = std::size_t{1} << 20;

/// One line of input without its line end (LF, or CR LF).
struct InputLine {
  std::size_t number = 0;  ///< from 1
  std::string text;
  bool too_long = false;  ///< longer than kMaxInputLine: `text` is empty
};

/// Reads lines of any bytes, NUL among them, in bounded memory. A line is there as soon as its writer has ended it,
/// whatever is still to come.
class InputLines {
 public:
  /// @param file  read to its end, past its own buffer if it is a real file; not closed.
  explicit InputLines(std::FILE* file) : file_(file) {}

  /// The next line that is not empty; nothing at the end or when reading fails. Waits for it.
  [[nodiscard]] std::optional<InputLine> next();

  /// The same in steps, for who has something else to do while there is nothing to read: the next line of what has
  /// been read, or nothing; then `read` once for more, which waits; false at the end, when `last` gives the rest.
  [[nodiscard]] std::optional<InputLine> next_read();
  [[nodiscard]] bool read();
  [[nodiscard]] std::optional<InputLine> last();

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  void take(std::size_t size);
  InputLine finished();

  std::FILE* file_;
  bool failed_ = false;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
  InputLine line_;  // as far as it has been read
};

}  // namespace cli
