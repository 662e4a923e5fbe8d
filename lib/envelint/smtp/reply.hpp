#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace envelint::smtp {

/// RFC 5321 §4.5.3.1.5, with the CRLF.
inline constexpr std::size_t kMaxReplyLine = 512;

/// What a server answers (RFC 5321 §4.2) with its enhanced status code (RFC 2034).
///
/// A reply is always well formed, whatever it is made of: an impossible code becomes 451, an enhanced code of another
/// class is left out, text is printable ASCII with everything else made visible, and lines that would be longer than
/// kMaxReplyLine go on in the next. So no octet of a client can end a reply or begin another.
class Reply {
 public:
  /// @param code      200 to 599
  /// @param enhanced  `2.1.0`, or empty where there is none: the greeting, HELO, EHLO and 3xx (RFC 2034 §4)
  /// @param text      LF separates lines
  Reply(int code, std::string_view enhanced, std::string_view text);

  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] const std::string& enhanced() const noexcept { return enhanced_; }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// 2xx and 3xx.
  [[nodiscard]] bool is_positive() const noexcept { return code_ < 400; }

  /// The lines as they are sent, each with its CRLF.
  /// @param with_enhanced  whether ENHANCEDSTATUSCODES was offered
  [[nodiscard]] std::string wire(bool with_enhanced) const;

 private:
  int code_;
  std::string enhanced_;
  std::string text_;
};

/// What a client sent, for a reply: at most 60 characters of it, all of them printable ASCII.
[[nodiscard]] std::string shown(std::string_view bytes);

}  // namespace envelint::smtp
