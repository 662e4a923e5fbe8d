#pragma once

#include "command_line.hpp"
#include "dns_source.hpp"
#include "zone_input.hpp"

#include <envelint/io/endpoint.hpp>
#include <envelint/web/feed.hpp>
#include <envelint/web/page_server.hpp>

#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace cli {

/// The page, as the command line has it.
struct WebOptions {
  std::string address;             ///< --web; empty: as we choose
  bool none = false;               ///< --no-web
  std::vector<std::string> hosts;  ///< --web-host
  std::string token;               ///< --web-token; empty: a random one
  std::string port_file;           ///< --web-port-file
};

/// Adds them to the command. `options` must outlive the parsing.
void add_web_options(Command& command, WebOptions& options);

/// Where a page is to be.
struct WebPlan {
  envelint::io::Endpoint endpoint;
  bool own_choice = false;  ///< nobody said where: if the port is taken, any other does
  envelint::web::AccessOptions access;
  std::string port_file;
};

/// @return the plan, nothing where no page is wanted, or what is wrong in a few words
[[nodiscard]] std::expected<std::optional<WebPlan>, std::string> plan_web(const WebOptions& options);

/// Where a page is.
struct WebListening {
  envelint::io::Endpoint endpoint;
  std::string url;  ///< with the token where it is needed to look
};

/// Opens it, and writes the port into the file that is to have it.
/// @return where it is, or why it is not, in a few words
[[nodiscard]] std::expected<WebListening, std::string> open_page(envelint::web::PageServer& page, const WebPlan& plan);

/// Looks domains up for the page as `envelint lint` does, in the same DNS as the receiver's.
[[nodiscard]] envelint::web::DomainLint domain_lint(const ZoneInput& zone, const DnsOptions& dns);

}  // namespace cli
