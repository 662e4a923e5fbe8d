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
  bool too_long = false;   ///< longer than kMaxInputLine: `text` is empty
};

/// Reads lines of any bytes, NUL among them, in bounded memory.
class InputLines {
 public:
  /// @param file  read to its end; not closed.
  explicit InputLines(std::FILE* file) : file_(file) {}

  /// The next line that is not empty; nothing at the end or when reading fails.
  [[nodiscard]] std::optional<InputLine> next();
  [[nodiscard]] bool failed() const noexcept { return std::ferror(file_) != 0; }

 private:
  bool fill();

  std::FILE* file_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

}  // namespace cli
