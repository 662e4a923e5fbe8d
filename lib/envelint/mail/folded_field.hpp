#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::mail {

/// RFC 5322 §2.1.1: what a line should not exceed, without its CRLF.
inline constexpr std::size_t kColumns = 78;

/// Writes a header field and breaks its lines before they get too long (RFC 5322 §2.2.3). What is written holds no CR
/// or LF: that is the caller's promise.
///
///     FoldedField out("Subject:");
///     out.words("a text of several words");
///     send(out.text() + "\r\n");
class FoldedField {
 public:
  /// @param head  the name with its colon
  explicit FoldedField(std::string_view head) : text_(head), column_(head.size()) {}

  /// A piece that is not broken, behind a blank where a line may end.
  void word(std::string_view word);
  /// A piece that stands right behind the last, or on a line of its own.
  void glue(std::string_view word);
  /// A text that may be broken anywhere.
  void stream(std::string_view text);
  /// A text that may be broken at its blanks, behind another blank. Unfolded it is the same: it is not broken where
  /// several blanks stand together, nor behind a backslash, which would then quote the line end.
  void words(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void on_new_line(std::string_view word);

  std::string text_;
  std::size_t column_;
};

}  // namespace envelint::mail
