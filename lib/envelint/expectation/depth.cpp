#include <envelint/expectation/depth.hpp>

#include <algorithm>

namespace envelint::expectation {
namespace {

// The offset behind a string that begins at `at`; a string that does not end, ends with its line or the text.
std::size_t end_of_string(std::string_view toml, std::size_t at) noexcept {
  const char quote = toml[at];
  const auto is_quote = [&](std::size_t i) { return i < toml.size() && toml[i] == quote; };
  const bool many_lines = is_quote(at + 1) && is_quote(at + 2);
  std::size_t i = at + (many_lines ? 3 : 1);
  for (; i < toml.size(); ++i) {
    if (!many_lines && toml[i] == '\n') return i;
    if (quote == '"' && toml[i] == '\\') {
      ++i;
    } else if (toml[i] == quote && !many_lines) {
      return i + 1;
    } else if (many_lines && is_quote(i) && is_quote(i + 1) && is_quote(i + 2)) {
      i += 3;
      for (int more = 0; more < 2 && is_quote(i); ++more) ++i;  // up to two may stand before the closing three
      return i;
    }
  }
  return std::min(i, toml.size());
}

}  // namespace

std::optional<TooDeep> find_too_deep(std::string_view toml) noexcept {
  std::size_t brackets = 0;
  std::size_t dots = 0;
  for (std::size_t i = 0; i < toml.size(); ++i) {
    switch (toml[i]) {
      case '"':
      case '\'': i = end_of_string(toml, i) - 1; break;
      case '#': i = std::min(toml.find('\n', i), toml.size()) - 1; break;
      case '\n': dots = 0; break;
      case '.':
        if (++dots > kMaxDots) return TooDeep{i, true};
        break;
      case '[':
      case '{':
        if (++brackets > kMaxBrackets) return TooDeep{i, false};
        break;
      case ']':
      case '}':
        if (brackets > 0) --brackets;
        break;
      default: break;
    }
  }
  return std::nullopt;
}

}  // namespace envelint::expectation
