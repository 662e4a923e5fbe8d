#include "authoritative.hpp"

#include "dns_source.hpp"

#include <envelint/dns/resolv_conf.hpp>
#include <envelint/net/registry.hpp>

#include <algorithm>

namespace cli {
namespace {

bool is_inner(const std::string& nameserver) {
  const auto server = envelint::dns::parse_server(nameserver);
  return server && envelint::net::special_range(server->address.unmapped()) != nullptr;
}

}  // namespace

void add_authoritative_options(Command& command, AuthoritativeChoice& choice) {
  command.flag("--authoritative", choice.wanted,
               "ask each of the zone's own servers, show where they differ and how long a cache may hide a change");
  command.option("--authoritative-port", choice.port, "").hidden();
}

bool set_authoritative(const AuthoritativeChoice& choice, const DnsOptions& dns, DnsSource& source,
                       envelint::audit::CollectOptions& out) {
  if (!choice.wanted) return true;
  if (source.direct() == nullptr) return false;
  out.direct = source.direct();
  out.authoritative.budget = out.budget;
  out.authoritative.port = choice.port;
  out.authoritative.any_address =
      choice.port != envelint::dns::kDnsPort || std::ranges::any_of(dns.nameservers, is_inner);
  return true;
}

}  // namespace cli
