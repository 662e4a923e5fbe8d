#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace envelint::render {

/// What a piece of terminal text is for; the colours are those rustc has made familiar.
enum class Style : std::uint8_t { plain, strong, faint, frame, error, warning, notice, info, code, inserted };

/// Writes pieces of text with their colours, or without when there are to be none.
class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}

  /// Appends `text`, which must be safe to show already.
  void append(std::string& out, Style style, std::string_view text) const;

 private:
  bool colour_;
};

}  // namespace envelint::render
