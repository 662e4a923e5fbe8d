// Asks as the library does, for tests with real servers: prints what came back as JSON.
//   ask SERVER NAME TYPE...                    one line for each type, asked of a resolver
//   ask --direct SERVER NAME TYPE...           the same, asked of a zone's own server
//   ask --authoritative PORT SERVER DOMAIN     the report of a domain with what each of its zone's servers says

#include <envelint/audit/collect.hpp>
#include <envelint/audit/judge_domain.hpp>
#include <envelint/dns/cache.hpp>
#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/dns/resolv_conf.hpp>
#include <envelint/render/json.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;

namespace {

nlohmann::json shown(const dns::Answer& answer) {
  constexpr std::string_view kStates[] = {"records", "nodata", "nxdomain", "unknown"};
  nlohmann::json out;
  out["state"] = kStates[static_cast<std::size_t>(answer.state)];
  if (answer.unknown()) out["trouble"] = to_string(answer.trouble);
  out["detail"] = answer.detail;
  out["records"] = nlohmann::json::array();
  for (const dns::Record& record : answer.records) out["records"].push_back(presentation(record.data));
  out["chain"] = nlohmann::json::array();
  for (const dns::Name& name : answer.chain) out["chain"].push_back(name.to_string());
  if (answer.ttl) out["ttl"] = *answer.ttl;
  out["authenticated"] = answer.authenticated;
  if (answer.extended_error) out["extended_error"] = *answer.extended_error;
  out["server"] = answer.server;
  return out;
}

void print(const nlohmann::json& line) {
  std::cout << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

struct Arguments {
  bool direct = false;
  std::uint16_t port = 0;  // of --authoritative
  io::Endpoint server;
  dns::Name name;
  std::vector<dns::Type> types;
};

std::optional<Arguments> read(std::vector<std::string_view> words) {
  Arguments out;
  if (!words.empty() && words[0] == "--direct") {
    out.direct = true;
    words.erase(words.begin());
  } else if (words.size() > 1 && words[0] == "--authoritative") {
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), out.port);
    words.erase(words.begin(), words.begin() + 2);
  }
  if (words.size() < 2) return std::nullopt;
  const auto server = dns::parse_server(words[0]);
  const auto name = dns::Name::parse(words[1]);
  if (!server || !name) return std::nullopt;
  out.server = *server;
  out.name = *name;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const auto type = dns::parse_type(words[i]);
    if (!type) return std::nullopt;
    out.types.push_back(*type);
  }
  return out;
}

void lint(io::EventLoop& loop, dns::NetworkResolver& network, const Arguments& arguments) {
  dns::CachingResolver cache(network, loop);
  audit::CollectOptions options;
  options.direct = &network;
  options.authoritative.port = arguments.port;
  options.authoritative.any_address = true;
  const dns::PublicSuffixList suffixes;
  audit::Report report;
  report.domains.push_back(audit::judge_domain(loop.run(audit::collect(cache, arguments.name, options, suffixes))));
  std::cout << render::json(report);
}

}  // namespace

int main(int count, char** words) {
  const auto arguments = read({words + 1, words + count});
  if (!arguments) {
    std::cerr << "usage: ask [--direct | --authoritative PORT] SERVER NAME [TYPE...]\n";
    return 2;
  }
  io::EventLoop loop;
  dns::NetworkOptions options;
  options.servers.push_back(arguments->server);
  dns::NetworkResolver resolver(loop, options);
  if (arguments->port != 0) lint(loop, resolver, *arguments);
  for (const dns::Type type : arguments->types) {
    const dns::Query query(arguments->name, type);
    if (!arguments->direct) {
      print(shown(loop.run(resolver.query(query))));
      continue;
    }
    const dns::ServerAnswer answer = loop.run(resolver.ask(arguments->server, query, io::Deadline::never()));
    nlohmann::json line = shown(answer.answer);
    line["authoritative"] = answer.authoritative;
    line["referral"] = answer.referral;
    print(line);
  }
  return 0;
}
