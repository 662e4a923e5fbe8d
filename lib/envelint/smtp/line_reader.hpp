#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace envelint::smtp {

/// Collects one line of a command or of an AUTH exchange. The buffer is wiped between lines: it may hold a password.
class LineReader {
 public:
  enum class State : std::uint8_t {
    open,     ///< there is more to come
    line,     ///< `text()` is a whole line
    bare_lf,  ///< an LF without CR came, which is no line end
    flood,    ///< more than kMaxDiscardedLine octets
  };

  /// @param lf_ends_line  whether an LF without CR ends a line too
  explicit LineReader(bool lf_ends_line);
  LineReader(LineReader&&) noexcept = default;
  LineReader& operator=(LineReader&&) noexcept = default;
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader() { clear(); }

  /// Takes octets up to and with the first LF. @return how many
  [[nodiscard]] std::size_t read(std::string_view bytes);
  [[nodiscard]] State state() const noexcept { return state_; }

  /// Without its end; of a line that is too long the beginning.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  /// Octets with the line's end.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// Whether the whole line ended without a CR.
  [[nodiscard]] bool has_bare_lf() const noexcept { return state_ != State::open && !after_cr_; }

  /// Begins the next line.
  void clear() noexcept;

 private:
  void end_line();

  bool lf_ends_line_;
  State state_ = State::open;
  bool after_cr_ = false;
  std::size_t size_ = 0;
  std::string text_;
};

}  // namespace envelint::smtp
