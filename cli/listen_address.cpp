#include "listen_address.hpp"

namespace cli {

using envelint::io::Endpoint;

std::optional<Endpoint> parse_listen_address(std::string_view text, std::uint16_t default_port) {
  constexpr std::string_view kAny = ":0";
  const bool any = text.ends_with(kAny) && (text.starts_with('[') || text.find(':') == text.size() - kAny.size());
  if (any) text.remove_suffix(kAny.size());
  if (any && text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  auto endpoint = Endpoint::parse(text, default_port);
  if (endpoint && any) endpoint->port = 0;
  return endpoint;
}

}  // namespace cli
