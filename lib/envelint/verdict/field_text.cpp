#include <envelint/verdict/field_text.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <algorithm>

namespace envelint::verdict {
namespace {

constexpr text::CharSet kTokenSpecials{"()<>@,;:\\\"/[]?="};
constexpr text::CharSet kAtomSpecials{"!#$%&'*+-/=?^_`{|}~"};

/// Whether every character is one that `is_plain` lets through, or one outside ASCII that shows.
template <class Plain>
bool all_shown(std::string_view text, Plain is_plain) {
  while (!text.empty()) {
    const text::CodePoint c = text::next_code_point(text);
    const bool good = c.size == 1 ? is_plain(text.front()) : !text::is_hidden(c.value);
    if (!c.valid || !good) return false;
    text.remove_prefix(c.size);
  }
  return true;
}

/// Calls `each` with every piece between dots; whether there are pieces, and all of them are good.
template <class Each>
bool all_pieces(std::string_view text, Each each) {
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    if (dot == 0 || !each(text.substr(0, dot))) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_domain(std::string_view text) {
  return all_pieces(text, [](std::string_view label) {
    return label.front() != '-' && label.back() != '-' &&
           all_shown(label, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
  });
}

bool is_quoted_string(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' || (text[i] == '\\' && ++i == text.size())) return false;
  }
  return all_shown(text, [](char c) { return c == ' ' || text::is_vchar(c); });
}

}  // namespace

std::string clean(std::string_view text, std::size_t most) {
  std::string out;
  while (!text.empty()) {
    const text::CodePoint c = text::next_code_point(text);
    const bool shown = c.valid && (c.value == ' ' || !text::is_hidden(c.value));
    const std::string_view piece = shown ? text.substr(0, c.size) : "?";
    if (out.size() + piece.size() > most) break;
    out.append(piece);
    text.remove_prefix(c.size);
  }
  return out;
}

bool is_keyword(std::string_view text) noexcept {
  constexpr std::size_t kMost = 64;
  return !text.empty() && text.size() <= kMost && text.front() != '-' && text.back() != '-' &&
         std::ranges::all_of(text, [](char c) { return text::is_alnum(c) || c == '-'; });
}

bool is_token(std::string_view text) noexcept {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return text::is_vchar(c) && !kTokenSpecials.contains(c); });
}

bool is_dot_atom(std::string_view text) noexcept {
  return all_pieces(text, [](std::string_view atom) {
    return all_shown(atom, [](char c) { return text::is_alnum(c) || kAtomSpecials.contains(c); });
  });
}

bool is_bare_address(std::string_view text) noexcept {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || !is_domain(text.substr(at + 1))) return false;
  const std::string_view local = text.substr(0, at);
  return local.empty() || is_dot_atom(local) || is_quoted_string(local);
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : clean(text)) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
  return out;
}

std::string value_text(std::string_view text) {
  const std::string cut = clean(text);
  return is_token(cut) ? cut : quoted(cut);
}

std::string property_text(std::string_view text) {
  const std::string cut = clean(text);
  return is_token(cut) || is_bare_address(cut) ? cut : quoted(cut);
}

std::string dot_atom_text(std::string_view text) {
  const std::string cut = clean(text);
  return is_dot_atom(cut) ? cut : quoted(cut);
}

std::string comment_text(std::string_view text) {
  std::string words = clean(text);
  constexpr std::string_view kMisread = "()\\;";
  constexpr std::string_view kInstead = "[]/,";
  for (char& c : words) {
    const std::size_t found = kMisread.find(c);
    if (found != std::string_view::npos) c = kInstead[found];
  }
  const std::string_view rest = text::trim(words);
  return rest.empty() ? "" : "(" + std::string(rest) + ")";
}

}  // namespace envelint::verdict
