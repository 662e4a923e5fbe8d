#include <support/catch.hpp>

#include <dns/fake_server.hpp>

#include <envelint/dns/network_resolver.hpp>
#include <envelint/dns/rdata.hpp>

#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

using namespace envelint;
using namespace envelint::dns;
using namespace std::chrono_literals;
using test::Asked;
using test::FakeServer;
using test::Handler;
using test::Sent;
using test::ZoneHandler;

namespace {

constexpr std::string_view kZone = R"($ORIGIN example.com.
@         300 TXT "v=spf1 -all"
@         300 MX 10 mx
mx        300 A 192.0.2.1
alias     120 CNAME target
target    300 A 192.0.2.2
gone      300 CNAME nowhere
;! timeout silent.example.com
;! servfail broken.example.com
;! refused closed.example.com
)";

/// One answer in a line: what the tests compare.
std::string shown(const Answer& answer) {
  if (answer.unknown()) return fmt::format("{}: {}", to_string(answer.trouble), answer.detail);
  std::string out = answer.state == Answer::State::nxdomain ? "nxdomain" : answer.nothing() ? "nodata" : "";
  for (const Record& record : answer.records) out.append(out.empty() ? "" : " | ").append(presentation(record.data));
  for (const Name& name : answer.chain) out.append(" via ").append(name.to_string());
  if (answer.ttl) out += fmt::format(" for {}", *answer.ttl);
  return out;
}

/// A resolver and the one server it asks, on one loop with a simulated clock.
struct Net {
  explicit Net(Handler handler, NetworkOptions wanted = {})
      : server(loop, std::move(handler)), resolver(loop, with_server(std::move(wanted))) {}

  NetworkOptions with_server(NetworkOptions options) const {
    options.servers.insert(options.servers.begin(), server.endpoint());
    return options;
  }
  Answer answer(std::string_view name, Type type = Type::txt) {
    return loop.run(resolver.query(Query(*Name::parse(name), type)));
  }
  std::string ask(std::string_view name, Type type = Type::txt) {
    std::string out = shown(answer(name, type));
    const std::string self = server.endpoint().to_string(53);
    for (std::size_t at = out.find(self); at != std::string::npos; at = out.find(self)) out.replace(at, self.size(), "S");
    return out;
  }

  io::EventLoop loop{io::ClockKind::simulated};
  FakeServer server;
  NetworkResolver resolver;
};

}  // namespace

TEST_CASE("a server on the network answers like a zone file", "[dns][network]") {
  Net net{ZoneHandler(kZone)};
  CHECK(net.ask("example.com") == "\"v=spf1 -all\" for 300");
  CHECK(net.ask("example.com", Type::mx) == "10 mx.example.com. for 300");
  CHECK(net.ask("alias.example.com", Type::a) == "192.0.2.2 via target.example.com for 300");
  CHECK(net.ask("example.com", Type::aaaa) == "nodata for 60");
  CHECK(net.ask("no.example.com", Type::a) == "nxdomain for 60");
  CHECK(net.ask("gone.example.com", Type::a) == "nxdomain via nowhere.example.com for 60");
  CHECK(net.answer("example.com").server == net.server.endpoint().to_string(53));
}
