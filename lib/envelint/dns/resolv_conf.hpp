#pragma once

#include <envelint/dns/network_resolver.hpp>
#include <envelint/io/endpoint.hpp>

#include <chrono>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace envelint::dns {

/// What resolv.conf(5) says of how to reach DNS. Search lists and `ndots` are passed over: every name that is asked
/// for here is absolute.
struct ResolvConf {
  std::vector<io::Endpoint> servers;  ///< the first three, as libc has it; a link-local one with its interface
  std::optional<std::chrono::seconds> timeout;  ///< at most 30
  std::optional<int> attempts;                  ///< at most 5
  bool rotate = false;
  bool tcp_only = false;  ///< `use-vc`
  bool trust_ad = false;

  /// With what is not said as it is by default. Without a server 127.0.0.1 is asked.
  [[nodiscard]] NetworkOptions options() const;
};

/// Reads the text of a resolv.conf. What cannot be understood is passed over, as libc does it.
[[nodiscard]] ResolvConf parse_resolv_conf(std::string_view text);

/// Reads the file; without it, it says nothing. Of a larger one the first 64 kilobytes count.
[[nodiscard]] ResolvConf read_resolv_conf(const std::filesystem::path& path = "/etc/resolv.conf");

/// Reads a server as a person writes it: an address, with a port if it is not 53 (`Endpoint::parse`).
[[nodiscard]] std::optional<io::Endpoint> parse_server(std::string_view text);

}  // namespace envelint::dns
