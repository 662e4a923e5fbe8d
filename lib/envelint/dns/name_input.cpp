#include <envelint/dns/name_input.hpp>

#include <envelint/dns/idna.hpp>
#include <envelint/net/address.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>

namespace envelint::dns {
namespace {

/// RFC 5321 §4.1.2, with the underscore that names in DNS have; what is not ASCII becomes so.
bool stands_in_domains(char c) { return !text::is_ascii(c) || text::is_alnum(c) || c == '-' || c == '_' || c == '.'; }

}  // namespace

std::expected<Name, std::string> parse_name(std::string_view text) {
  std::string ascii(text);
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) > 0x7F; })) {
    auto converted = to_a_labels(text);
    if (!converted)
      return std::unexpected(fmt::format("`{}` is no domain name: it holds characters that none can have", text));
    ascii = *std::move(converted);
  }
  auto name = Name::parse(ascii);
  if (!name) return std::unexpected(fmt::format("`{}` is no domain name: it {}", text, to_string(name.error())));
  return *std::move(name);
}

std::expected<Name, std::string> parse_domain(std::string_view text) {
  if (net::Address::parse(text)) return std::unexpected(fmt::format("`{}` is an address and no domain", text));
  if (text.contains('@'))
    return std::unexpected(fmt::format("`{}` is no domain; give what stands behind the `@`", text));
  if (const auto stray = std::ranges::find_if_not(text, stands_in_domains); stray != text.end()) {
    return std::unexpected(fmt::format("`{}` is no domain: `{}` stands in none", text, *stray));
  }
  auto name = parse_name(text);
  if (name && name->is_root()) return std::unexpected("`.` is the root, which has no mail");
  return name;
}

}  // namespace envelint::dns
