#include <envelint/spf/macro.hpp>

#include <envelint/text/ascii.hpp>

#include <algorithm>
#include <vector>

namespace envelint::spf {
namespace {

constexpr std::size_t kMaxNameText = 253;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

// The nibbles of an IPv6 address with dots between them, as `%{ir}` needs them for names (§7.3).
std::string dotted(const net::Address& ip) {
  if (ip.is_v4()) return ip.to_string();
  std::string out;
  for (const std::uint8_t octet : ip.octets()) {
    if (!out.empty()) out += '.';
    out += kHexDigits[octet >> 4];
    out += '.';
    out += kHexDigits[octet & 0xF];
  }
  return out;
}

std::string value_of(char letter, const MacroValues& values) {
  switch (letter) {
    case 's': return std::string(values.sender);
    case 'l': return std::string(values.local);
    case 'o': return std::string(values.domain_of);
    case 'd': return std::string(values.domain);
    case 'i': return dotted(values.ip);
    case 'p': return std::string(values.validated);
    case 'v': return values.ip.is_v4() ? "in-addr" : "ip6";
    case 'h': return std::string(values.helo);
    case 'c': return values.ip.to_string();
    case 'r': return std::string(values.receiver);
    case 't': return std::to_string(values.now);
    default: return {};
  }
}

// §7.3: split at the delimiters, perhaps turned round, the right-hand parts kept, joined by dots.
std::string transform(std::string_view value, std::string_view delimiters, bool reverse, std::size_t keep) {
  if (delimiters.empty()) delimiters = ".";
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t at = value.find_first_of(delimiters); at != std::string_view::npos;
       at = value.find_first_of(delimiters, start)) {
    parts.push_back(value.substr(start, at - start));
    start = at + 1;
  }
  parts.push_back(value.substr(start));
  if (reverse) std::ranges::reverse(parts);
  const std::size_t first = keep == 0 || keep > parts.size() ? 0 : parts.size() - keep;
  std::string out(parts[first]);
  for (std::size_t i = first + 1; i < parts.size(); ++i) {
    out += '.';
    out += parts[i];
  }
  return out;
}

// §7.3: upper-case macros are escaped as a part of a URL (RFC 3986 §2.3).
std::string url_escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (text::is_alnum(c) || std::string_view("-._~").contains(c)) {
      out += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      out += '%';
      out += kHexDigits[octet >> 4];
      out += kHexDigits[octet & 0xF];
    }
  }
  return out;
}

std::string expand_part(const Record& record, const MacroPart& part, const MacroValues& values) {
  switch (part.kind) {
    case MacroPart::Kind::literal: return std::string(record.at(part.span));
    case MacroPart::Kind::percent: return "%";
    case MacroPart::Kind::space: return " ";
    case MacroPart::Kind::url_space: return "%20";
    case MacroPart::Kind::expand: break;
  }
  std::string value = value_of(text::to_lower(part.letter), values);
  const std::string_view delimiters = record.at(part.delimiters);
  if (part.reverse || part.keep > 0 || !delimiters.empty()) {
    value = transform(value, delimiters, part.reverse, part.keep);
  }
  return text::is_upper(part.letter) ? url_escaped(value) : value;
}

}  // namespace

std::optional<std::string> expand(const Record& record, const Term& term, const MacroValues& values) {
  if (!term.has_macros()) return std::string(record.at(term.value));
  std::string out;
  for (std::uint32_t i = 0; i < term.macro_count; ++i) {
    const std::string part = expand_part(record, record.macros[term.first_macro + i], values);
    if (out.size() + part.size() > kMaxExpansion) return std::nullopt;
    out += part;
  }
  return out;
}

bool uses_macro(const Record& record, const Term& term, char letter) noexcept {
  for (std::uint32_t i = 0; i < term.macro_count; ++i) {
    const MacroPart& part = record.macros[term.first_macro + i];
    if (part.kind == MacroPart::Kind::expand && text::to_lower(part.letter) == letter) return true;
  }
  return false;
}

std::optional<dns::Name> target_name(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  while (text.size() > kMaxNameText) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    text.remove_prefix(dot + 1);
  }
  return dns::Name::from_dotted(text);
}

}  // namespace envelint::spf
