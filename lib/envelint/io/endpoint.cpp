#include <envelint/io/endpoint.hpp>

#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace envelint::io {
namespace {

// IF_NAMESIZE of Linux, without the final zero.
constexpr std::size_t kMaxScope = 15;

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

std::optional<Endpoint> parse_host(std::string_view host, std::uint16_t port) {
  const std::size_t percent = host.find('%');
  const auto address = net::Address::parse(host.substr(0, percent));
  if (!address) return std::nullopt;
  if (percent == std::string_view::npos) return Endpoint(*address, port);
  const std::string_view scope = host.substr(percent + 1);
  const bool is_name = !scope.empty() && scope.size() <= kMaxScope && std::ranges::all_of(scope, text::is_vchar);
  if (address->is_v4() || !is_name) return std::nullopt;
  return Endpoint(*address, port, std::string(scope));
}

}  // namespace

std::optional<Endpoint> Endpoint::parse(std::string_view text, std::uint16_t default_port) {
  std::string_view host = text;
  std::optional<std::uint16_t> port = default_port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    host = text.substr(1, close - 1);
    const std::string_view rest = text.substr(close + 1);
    if (!rest.empty()) port = rest[0] == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!host.contains(':')) return std::nullopt;
  } else if (std::ranges::count(text, ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = parse_port(text.substr(host.size() + 1));
  }
  if (!port) return std::nullopt;
  return parse_host(host, *port);
}

std::string Endpoint::to_string(std::uint16_t default_port) const {
  std::string host = address.to_string();
  if (!scope.empty()) host += '%' + scope;
  if (port == default_port) return host;
  return fmt::format(fmt::runtime(address.is_v4() ? "{}:{}" : "[{}]:{}"), host, port);
}

bool Endpoint::is_loopback() const noexcept {
  const net::Address host = address.unmapped();
  if (host.is_v4()) return host.octets()[0] == 127;
  return host == net::Address(std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
}

}  // namespace envelint::io
