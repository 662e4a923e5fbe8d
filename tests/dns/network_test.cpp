#include <support/catch.hpp>

#include <dns/net.hpp>

#include <string_view>

using namespace std::chrono_literals;
using namespace test;
using envelint::dns::Query;
using envelint::dns::Record;
using envelint::dns::ServerAnswer;
using envelint::dns::Type;

namespace {

constexpr std::string_view kZone = R"($ORIGIN example.com.
@         300 TXT "v=spf1 -all"
@         300 MX 10 mx
mx        300 A 192.0.2.1
alias     120 CNAME target
target    300 A 192.0.2.2
gone      300 CNAME nowhere
)";

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
