#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace envelint::text {

/// One step through bytes that should be UTF-8.
struct CodePoint {
  char32_t value = 0;     ///< the code point; the byte itself when `valid` is false
  std::uint8_t size = 1;  ///< bytes taken, at least 1
  bool valid = true;      ///< false: the byte at this place starts no well-formed UTF-8 sequence
};

/// Reads the code point at the start of `bytes`, which must not be empty.
[[nodiscard]] CodePoint next_code_point(std::string_view bytes) noexcept;

/// Whether a terminal or page may be misled by this code point: control characters, format characters (zero width,
/// bidirectional overrides, BOM), separators other than the plain space, private use and unassigned ones.
[[nodiscard]] bool is_hidden(char32_t c) noexcept;

/// Columns a terminal gives to the code point: 0, 1 or 2.
[[nodiscard]] int display_width(char32_t c) noexcept;

/// The Unicode name in capitals, e.g. "NO-BREAK SPACE"; "control character" where Unicode gives none.
[[nodiscard]] std::string code_point_name(char32_t c);

/// The code point as text, e.g. "U+00A0 NO-BREAK SPACE".
[[nodiscard]] std::string describe(char32_t c);

/// `bytes` as UTF-8 that is safe to show: bytes that are not UTF-8 become `\xNN`; the rest is kept.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

/// One character as it is shown to a person.
struct Visible {
  std::string text;       ///< what to print
  int width = 0;          ///< columns it takes
  std::uint8_t size = 1;  ///< bytes of the input it stands for
};

/// Shows the character at the start of `bytes` (not empty) so that nothing hides: a plain character as itself,
/// TAB, CR and LF as `\t`, `\r`, `\n`, other hidden characters and those that take no column as `\u{202E}`, bytes that
/// are not UTF-8 as `\xNN`. `width` is at least 1.
[[nodiscard]] Visible next_visible(std::string_view bytes);

/// The whole of `bytes` shown as `next_visible` does.
[[nodiscard]] std::string visible(std::string_view bytes);

}  // namespace envelint::text
