#include <envelint/web/disposition.hpp>

#include <envelint/text/ascii.hpp>
#include <envelint/text/utf8.hpp>

#include <unictype.h>

#include <algorithm>
#include <string>
#include <vector>

namespace envelint::web {
namespace {

/// A longer extension is none.
constexpr std::size_t kMaxExtension = 12;
/// What is read of a name; the rest could not come out.
constexpr std::size_t kMaxRead = 4096;

/// Path separators, quotes, and what means something to Windows or a shell.
constexpr text::CharSet kUnsafe("/\\:*?\"<>|%'`;$&");
/// attr-char of RFC 8187 §3.2.1.
constexpr text::CharSet kAttribute("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$&+-.^_`|~");

bool is_invisible(char32_t c) {
  const auto character = static_cast<ucs4_t>(c);
  if (uc_is_property_default_ignorable_code_point(character)) return true;
  return text::is_hidden(c) && !uc_is_general_category(character, UC_CATEGORY_M);  // accents are no deceit
}

/// One character each, and only harmless ones.
std::vector<std::string> harmless(std::string_view name) {
  std::vector<std::string> out;
  for (name = name.substr(0, kMaxRead); !name.empty();) {
    const text::CodePoint c = text::next_code_point(name);
    const std::string_view octets = name.substr(0, c.size);
    name.remove_prefix(c.size);
    if (!c.valid || (c.size == 1 && kUnsafe.contains(octets.front()))) {
      out.emplace_back("_");
    } else if (uc_is_general_category(static_cast<ucs4_t>(c.value), UC_CATEGORY_Zs)) {
      out.emplace_back(" ");
    } else if (!is_invisible(c.value)) {
      out.emplace_back(octets);
    }
  }
  return out;
}

bool is_blank_or_dot(const std::string& c) { return c == " " || c == "."; }

/// Windows drops dots and blanks at the end, Unix hides what begins with a dot, and `..` is another folder.
void trim(std::vector<std::string>& name) {
  while (!name.empty() && is_blank_or_dot(name.back())) name.pop_back();
  name.erase(name.begin(), std::ranges::find_if_not(name, is_blank_or_dot));
}

void shorten(std::vector<std::string>& name) {
  if (name.size() <= kMaxSavedName) return;
  const auto dot = std::ranges::find(name.rbegin(), name.rend(), ".");
  const auto extension = static_cast<std::size_t>(dot - name.rbegin()) + 1;
  const std::size_t kept = dot == name.rend() || extension > kMaxExtension + 1 ? 0 : extension;
  const auto behind = name.end() - static_cast<std::ptrdiff_t>(kept);
  name.erase(name.begin() + static_cast<std::ptrdiff_t>(kMaxSavedName - kept), behind);
}

std::string ascii(const std::vector<std::string>& name) {
  std::string out;
  for (const std::string& c : name) out += c.size() == 1 ? c : "_";
  return out;
}

void append_encoded(std::string_view text, std::string& out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (kAttribute.contains(c)) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[octet >> 4U];
    out += kDigits[octet & 0xFU];
  }
}

}  // namespace

std::string attachment_disposition(std::string_view name) {
  std::vector<std::string> characters = harmless(name);
  trim(characters);
  shorten(characters);
  if (characters.empty()) return "attachment; filename=\"unnamed\"";
  const std::string fallback = ascii(characters);
  std::string whole;
  for (const std::string& c : characters) whole += c;
  std::string out = "attachment; filename=\"" + fallback + '"';
  if (whole == fallback) return out;
  out += "; filename*=UTF-8''";
  append_encoded(whole, out);
  return out;
}

}  // namespace envelint::web
