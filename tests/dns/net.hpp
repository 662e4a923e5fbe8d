#pragma once

#include <dns/fake_server.hpp>

#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/rdata.hpp>
#include <envelint/task/gather.hpp>
#include <envelint/text/ascii.hpp>

#include <fmt/format.h>

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace test {

using envelint::dns::Answer;
using envelint::dns::Name;
using envelint::dns::NetworkOptions;
using envelint::dns::NetworkResolver;
using envelint::dns::Trouble;

/// An answer in a line, as tests compare it.
inline std::string shown(const Answer& answer) {
  std::string out;
  if (answer.unknown()) out = fmt::format("{}: {}", to_string(answer.trouble), answer.detail);
  if (answer.nothing()) out = answer.state == Answer::State::nxdomain ? "nxdomain" : "nodata";
  for (const envelint::dns::Record& record : answer.records) {
    out.append(out.empty() ? "" : " | ").append(presentation(record.data));
  }
  for (const Name& name : answer.chain) out.append(" via ").append(name.to_string());
  if (answer.ttl) out += fmt::format(" for {}", *answer.ttl);
  return out;
}

/// A resolver and the server it asks, on one loop with a simulated clock.
struct Net {
  explicit Net(Handler handler, NetworkOptions wanted = {})
      : server(loop, std::move(handler)), resolver(loop, with_server(std::move(wanted))) {}

  [[nodiscard]] NetworkOptions with_server(NetworkOptions options) const {
    options.servers.insert(options.servers.begin(), server.endpoint());
    return options;
  }
  Answer answer(std::string_view name, envelint::dns::Type type = envelint::dns::Type::txt) {
    return loop.run(resolver.query(envelint::dns::Query(*Name::parse(name), type)));
  }
  /// The answer in a line, the server's address as S.
  std::string ask(std::string_view name, envelint::dns::Type type = envelint::dns::Type::txt) {
    return without_address(shown(answer(name, type)));
  }
  [[nodiscard]] std::string without_address(std::string text) const {
    const std::string self = server.endpoint().to_string(53);
    for (std::size_t at = text.find(self); at != std::string::npos; at = text.find(self)) {
      text.replace(at, self.size(), "S");
    }
    return text;
  }

  envelint::io::EventLoop loop{envelint::io::ClockKind::simulated};
  FakeServer server;
  NetworkResolver resolver;
};

}  // namespace test
