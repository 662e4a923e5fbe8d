#include <envelint/expectation/toml_guard.hpp>

#include <algorithm>

namespace envelint::expectation {
namespace {

using Kind = TomlHazard::Kind;

// The offset behind a string that begins at `at`. One that does not end, ends with its line: toml++ stops there.
std::size_t end_of_string(std::string_view toml, std::size_t at) noexcept {
  const char quote = toml[at];
  for (std::size_t i = at + 1; i < toml.size(); ++i) {
    if (toml[i] == '\n') return i;
    if (toml[i] == quote) return i + 1;
    if (toml[i] == '\\' && quote == '"' && i + 1 < toml.size() && toml[i + 1] != '\n') ++i;
  }
  return toml.size();
}

bool begins_long_text(std::string_view toml, std::size_t at) noexcept {
  return toml.substr(at).starts_with("\"\"\"") || toml.substr(at).starts_with("'''");
}

// Behind other characters toml++ takes a quote for a part of the word, and what follows for no string.
bool may_begin_string(std::string_view toml, std::size_t at) noexcept {
  return at == 0 || std::string_view(" \t\r\n=,.[{\xBF").contains(toml[at - 1]);
}

bool is_plain(char c) noexcept { return (c >= ' ' && c <= '~') || c == '\t' || c == '\r'; }

}  // namespace

std::optional<TomlHazard> find_toml_hazard(std::string_view toml) noexcept {
  std::size_t brackets = 0;
  std::size_t dots = 0;
  for (std::size_t i = toml.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < toml.size(); ++i) {
    switch (toml[i]) {
      case '"':
      case '\'':
        if (!may_begin_string(toml, i)) return TomlHazard{Kind::quote, i};
        if (begins_long_text(toml, i)) return TomlHazard{Kind::long_text, i};
        i = end_of_string(toml, i) - 1;
        break;
      case '#': i = std::min(toml.find('\n', i), toml.size()) - 1; break;
      case '\n': dots = 0; break;
      case '.':
        if (++dots > kMaxDots) return TomlHazard{Kind::dots, i};
        break;
      case '[':
      case '{':
        if (++brackets > kMaxBrackets) return TomlHazard{Kind::brackets, i};
        break;
      case ']':
      case '}':
        if (brackets > 0) --brackets;
        break;
      default:
        if (!is_plain(toml[i])) return TomlHazard{Kind::character, i};
    }
  }
  return std::nullopt;
}

}  // namespace envelint::expectation
