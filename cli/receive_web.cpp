#include "receive_web.hpp"

#include "atomic_write.hpp"
#include "listen_address.hpp"
#include "zone_source.hpp"

#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/dns/deadline_resolver.hpp>
#include <envelint/dns/public_suffix.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace cli {

using namespace envelint;

namespace {

constexpr std::uint16_t kPort = 8025;
constexpr std::size_t kMostToken = 200;
/// For one domain: somebody looks at the page and waits.
constexpr std::chrono::seconds kLintTime{20};

/// It stands in addresses, fields and files.
bool is_plain(std::string_view token) {
  return std::ranges::all_of(token, [](char c) { return text::is_alnum(c) || c == '-' || c == '_'; });
}

std::string url_of(const io::Endpoint& endpoint, const web::AccessOptions& access) {
  const bool any =
      endpoint.address == *net::Address::parse("0.0.0.0") || endpoint.address == *net::Address::parse("::");
  std::string out =
      any ? fmt::format("http://localhost:{}/", endpoint.port) : fmt::format("http://{}/", endpoint.to_string(0));
  if (access.token_for_all) out += "?token=" + access.token;
  return out;
}

std::expected<audit::Report, std::string> lint_domain(const ZoneInput& zone, const DnsOptions& dns, dns::Name domain,
                                                      std::vector<std::string> selectors) {
  auto source = open_dns(zone, dns, [](std::string_view) {});
  if (!source) return std::unexpected(source.error());
  io::EventLoop& loop = (*source)->loop();
  const io::Deadline until = loop.after(kLintTime);
  dns::DeadlineResolver resolver((*source)->resolver(), loop, until);
  audit::CollectOptions options;
  options.selectors = std::move(selectors);
  options.budget.deadline = until.time();
  options.budget.clock = [&loop] { return loop.now(); };
  const dns::PublicSuffixList suffixes;
  audit::Report report;
  report.domains.push_back(
      audit::judge_domain((*source)->run(audit::collect(resolver, std::move(domain), std::move(options), suffixes))));
  return report;
}

}  // namespace

void add_web_options(Command& command, WebOptions& options) {
  command.option("--web", options.address, "where the page is (default: 127.0.0.1:8025, or another free port)")
      .value("ADDR:PORT");
  command.flag("--no-web", options.none, "no page");
  command.option("--web-host", options.hosts, "a host name under which the page may be asked for; repeatable")
      .value("NAME");
  command
      .option("--web-token", options.token,
              "what lets somebody see the page and change something (default: a random one, and on loopback anybody "
              "may look)")
      .value("TOKEN");
  command.option("--web-port-file", options.port_file, "write the page's port here once it listens").value("FILE");
}

std::expected<std::optional<WebPlan>, std::string> plan_web(const WebOptions& options) {
  if (options.none) {
    if (!options.address.empty()) return std::unexpected("--web and --no-web do not go together");
    return std::nullopt;
  }
  WebPlan plan;
  plan.own_choice = options.address.empty();
  const std::string address = plan.own_choice ? "127.0.0.1" : options.address;
  const auto endpoint = parse_listen_address(address, kPort);
  if (!endpoint)
    return std::unexpected(fmt::format("--web `{}` is no address; write 127.0.0.1:8025 or [::1]:8025", address));
  plan.endpoint = *endpoint;
  if (!is_plain(options.token) || options.token.size() > kMostToken)
    return std::unexpected("--web-token: only letters, digits, `-` and `_`, and at most 200 of them");
  plan.access.token = options.token.empty() ? web::random_token() : options.token;
  plan.access.token_for_all = !options.token.empty() || !endpoint->is_loopback();
  plan.access.hosts = options.hosts;
  plan.port_file = options.port_file;
  return plan;
}

std::expected<WebListening, std::string> open_page(web::PageServer& page, const WebPlan& plan) {
  auto endpoint = page.listen(plan.endpoint);
  if (!endpoint && plan.own_choice) endpoint = page.listen({plan.endpoint.address, 0});
  if (!endpoint)
    return std::unexpected(fmt::format("--web {}: {}", plan.endpoint.to_string(0), endpoint.error().message()));
  if (!plan.port_file.empty()) {
    if (const auto why = write_file(plan.port_file, fmt::format("{}\n", endpoint->port)))
      return std::unexpected(plan.port_file + ": " + *why);
  }
  return WebListening{*endpoint, url_of(*endpoint, plan.access)};
}

web::DomainLint domain_lint(const ZoneInput& zone, const DnsOptions& dns) {
  DnsOptions options = dns;
  options.save.clear();  // it has one writer
  return [zone, options](dns::Name domain, std::vector<std::string> selectors) {
    return lint_domain(zone, options, std::move(domain), std::move(selectors));
  };
}

}  // namespace cli
