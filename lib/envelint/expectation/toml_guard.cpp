#include <envelint/expectation/toml_guard.hpp>

#include <algorithm>
#include <array>

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

bool is_plain(char c) noexcept { return c >= ' ' && c <= '~'; }

/// Goes through a text as far as is needed to know what is a string and what is not.
class Guard {
 public:
  explicit Guard(std::string_view toml) : toml_(toml) {}

  std::optional<TomlHazard> run() {
    for (at_ = toml_.starts_with("\xEF\xBB\xBF") ? 3 : 0; at_ < toml_.size(); ++at_) {
      if (const auto kind = step(toml_[at_])) return TomlHazard{*kind, at_};
    }
    return std::nullopt;
  }

 private:
  std::optional<Kind> step(char c) {
    switch (c) {
      case '\n': end_line(); return std::nullopt;
      case ' ':
      case '\t':
      case '\r': in_word_ = false; return std::nullopt;
      case '#': at_ = std::min(toml_.find('\n', at_), toml_.size()) - 1; return std::nullopt;
      case '"':
      case '\'': return quote();
      case '.': return dot();
      case '[':
      case '{': return open(c);
      case ']':
      case '}': close(); return std::nullopt;
      case ',':
        in_word_ = false;
        is_key_ = depth_ > 0 && brackets_[depth_ - 1] == '{';
        return std::nullopt;
      case '=':
        in_word_ = !is_key_;
        is_key_ = false;
        return std::nullopt;
      default: break;
    }
    in_word_ = true;
    return is_plain(c) ? std::nullopt : std::optional(Kind::character);
  }

  void end_line() {
    dots_ = 0;
    in_word_ = false;
    if (depth_ == 0) is_key_ = true;
  }

  // Within a word toml++ takes a quote for a part of it, and what follows for no string.
  std::optional<Kind> quote() {
    if (in_word_) return Kind::quote;
    if (begins_long_text(toml_, at_)) return Kind::long_text;
    at_ = end_of_string(toml_, at_) - 1;
    in_word_ = true;
    return std::nullopt;
  }

  std::optional<Kind> dot() {
    in_word_ = !is_key_;
    return ++dots_ > kMaxDots ? std::optional(Kind::dots) : std::nullopt;
  }

  std::optional<Kind> open(char c) {
    if (depth_ == kMaxBrackets) return Kind::brackets;
    brackets_[depth_++] = c;
    if (c == '{' && !in_word_) is_key_ = true;
    return std::nullopt;
  }

  void close() {
    if (depth_ > 0) --depth_;
    in_word_ = false;
    is_key_ = false;
  }

  std::string_view toml_;
  std::size_t at_ = 0;
  std::array<char, kMaxBrackets> brackets_{};
  std::size_t depth_ = 0;
  std::size_t dots_ = 0;  // of the line
  bool is_key_ = true;    // else a value
  bool in_word_ = false;
};

}  // namespace

std::optional<TomlHazard> find_toml_hazard(std::string_view toml) { return Guard(toml).run(); }

}  // namespace envelint::expectation
