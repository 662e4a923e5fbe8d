#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text as a literal of C++, for programs that make source files. Compilers bound the length of one literal; pieces side
/// by side have no such bound. Clang also bounds the steps of constant evaluation, and measuring all pages takes more:
/// `sv` brings the length along.
inline std::string literal(std::string_view text) {
  constexpr std::size_t kPiece = 8000;
  std::string out;
  for (std::size_t i = 0; i < text.size() || i == 0; i += kPiece) {
    out.append(" R\"~~(").append(text.substr(i, kPiece)).append(")~~\"");
  }
  return out + "sv";
}
