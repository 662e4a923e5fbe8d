#include <envelint/render/paint.hpp>

#include <array>

namespace envelint::render {
namespace {

// SGR parameters (ECMA-48 §8.3.117), in the order of Style.
constexpr std::array<std::string_view, 10> kSgr{"", "1", "2", "1;34", "1;31", "1;33", "1;36", "1;32", "36", "32"};

}  // namespace

void Painter::append(std::string& out, Style style, std::string_view text) const {
  if (text.empty()) return;
  if (!colour_ || style == Style::plain) {
    out += text;
    return;
  }
  out.append("\x1B[").append(kSgr[static_cast<std::size_t>(style)]).append("m").append(text).append("\x1B[0m");
}

}  // namespace envelint::render
