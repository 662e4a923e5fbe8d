#include <envelint/smtp/xclient.hpp>

#include <envelint/smtp/reply.hpp>
#include <envelint/smtp/xtext.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace envelint::smtp {
namespace {

constexpr std::size_t kMaxValue = 255;

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || text::is_vchar(c) || !text::is_ascii(c); });
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

/// `192.0.2.1`, or `IPV6:2001:db8::1`.
std::optional<net::Address> address_of(std::string_view text) {
  constexpr std::string_view kTag = "IPV6:";
  if (text::istarts_with(text, kTag)) return net::Address::parse_v6(text.substr(kTag.size()));
  return net::Address::parse_v4(text);
}

/// Whether the attribute is known and its value can be read.
bool read_attribute(std::string_view name, const std::string& value, XclientData& out) {
  constexpr std::array<std::string_view, 3> kLeftOut{"PROTO", "DESTADDR", "DESTPORT"};
  const auto is = [name](std::string_view other) { return text::iequals(name, other); };
  if (std::ranges::any_of(kLeftOut, is)) return true;
  const bool known = is("NAME") || is("ADDR") || is("PORT") || is("HELO") || is("LOGIN");
  if (text::iequals(value, "[UNAVAILABLE]") || text::iequals(value, "[TEMPUNAVAIL]")) return known;
  if (is("NAME")) out.name = value;
  if (is("HELO")) out.hello = value;
  if (is("LOGIN")) out.login = value;
  if (is("ADDR")) return (out.address = address_of(value)).has_value();
  if (is("PORT")) return (out.port = port_of(value)).has_value();
  return known;
}

}  // namespace

std::expected<XclientData, std::string> parse_xclient(std::string_view argument) {
  XclientData out;
  if (argument.empty()) return std::unexpected(std::string("there are no attributes"));
  while (!argument.empty()) {
    const std::string_view word = argument.substr(0, argument.find(' '));
    argument.remove_prefix(std::min(word.size() + 1, argument.size()));
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(0, equals);
    const std::optional<std::string> value =
        equals == std::string_view::npos ? std::nullopt : xtext_decode(word.substr(equals + 1));
    const bool sound = value && !value->empty() && value->size() <= kMaxValue && is_printable(*value);
    if (!sound || !read_attribute(name, *value, out))
      return std::unexpected(fmt::format("{} cannot be read", shown(word)));
  }
  return out;
}

}  // namespace envelint::smtp
