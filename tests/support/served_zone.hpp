#pragma once

#include <support/zone_servers.hpp>

#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/name.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <string_view>

namespace test {

/// Two name servers, and a domain without mail.
inline constexpr std::string_view kServedZone = R"($ORIGIN example.com.
$TTL 3600
@      SOA ns1 admin 2026112602 3600 900 604800 300
@      NS  ns1
@      NS  ns2
ns1    A   198.41.0.1
ns2    A   198.41.0.2
@      MX  0 .
@      TXT "v=spf1 -all"
@      TXT "site-verification=1"
_dmarc TXT "v=DMARC1; p=reject"
)";

/// What `lint example.com --authoritative` finds where the servers have this zone, and what `more` says besides: lines of
/// the zone, and of the form of zone_servers.hpp.
inline envelint::audit::DomainReport served_report(const std::string& more) {
  const std::string text = std::string(kServedZone) + more;
  const envelint::dns::Name domain = *envelint::dns::Name::parse("example.com");
  envelint::dns::FakeResolver dns(text);
  ZoneServersOf servers(text, domain);
  envelint::audit::CollectOptions options;
  options.direct = &servers;
  const envelint::dns::PublicSuffixList suffixes;
  return envelint::audit::judge_domain(
      envelint::task::sync_wait(envelint::audit::collect(dns, domain, options, suffixes)));
}

}  // namespace test
