#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/task/sync_wait.hpp>

#include <support/catch.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace envelint;
using rehearsal::Stage;
using State = dns::Answer::State;

namespace {

constexpr std::string_view kZone = R"(
example.com.                TXT   "v=spf1 include:_spf.provider.example -all"
s1._domainkey.example.com.  CNAME s1.provider.example.
www.example.com.            CNAME gone.example.com.
_spf.given.example.         TXT   "v=spf1 ip4:192.0.2.1 -all"
)";

constexpr std::string_view kWhole = R"(
example.com.       SOA ns hostmaster 1 3600 600 86400 300
dept.example.com.  NS  ns.example.net.
)";

/// What is said of a name: `records`, `nodata`, `nxdomain`, or the trouble.
std::string asked(Stage& stage, std::string_view name, dns::Type type = dns::Type::txt) {
  const auto answer = task::sync_wait(stage.query(dns::Query(dns::Name::parse(name).value(), type)));
  if (answer.unknown()) return std::string(to_string(answer.trouble));
  if (answer.has_records()) return "records";
  return answer.state == State::nxdomain ? "nxdomain" : "nodata";
}

/// @param whole  the lines that make a whole zone of it
std::string asked(std::string_view name, dns::Type type = dns::Type::txt, std::string_view whole = {}) {
  const std::string text = std::string(kZone) + std::string(whole);
  dns::FakeResolver files(text);
  dns::ZoneScope scope(std::vector<dns::Name>{dns::Name::parse("example.com").value()});
  if (!whole.empty()) scope = dns::ZoneScope(dns::read_zone({"test", std::string(whole), {}}));
  Stage stage(files, std::move(scope));
  return asked(stage, name, type);
}

}  // namespace

TEST_CASE("what the files have the say about and do not hold does not exist", "[rehearsal]") {
  CHECK(asked("example.com") == "records");
  CHECK(asked("example.com", dns::Type::mx) == "nodata");
  CHECK(asked("gone.example.com") == "nxdomain");
  CHECK(asked("www.example.com", dns::Type::a) == "nxdomain");
}

TEST_CASE("of names beyond the files nothing is known, but for those that they hold", "[rehearsal]") {
  CHECK(asked("_spf.provider.example") == "outside");
  CHECK(asked("1.2.0.192.in-addr.arpa", dns::Type::ptr) == "outside");
  CHECK(asked("_spf.given.example") == "records");
}

TEST_CASE("an alias that leads beyond the files leads to what is not known", "[rehearsal]") {
  CHECK(asked("s1._domainkey.example.com") == "outside");
}

TEST_CASE("above the zone there is no policy", "[rehearsal]") {
  CHECK(asked("_dmarc.com") == "nxdomain");
  CHECK(asked("com") == "nodata");
  CHECK(asked("_dmarc.provider.example") == "outside");
}

TEST_CASE("files without an SOA record do not say which zones there are", "[rehearsal]") {
  CHECK(asked("example.com", dns::Type::soa) == "outside");
  CHECK(asked("www.example.com", dns::Type::soa, kWhole) == "nxdomain");
}

TEST_CASE("what lies below a delegation is not told", "[rehearsal]") {
  CHECK(asked("_spf.dept.example.com", dns::Type::txt, kWhole) == "outside");
  CHECK(asked("_spf.gone.example.com", dns::Type::txt, kWhole) == "nxdomain");
}

TEST_CASE("the mailing list of the play has an SPF record, and nobody is asked for its name", "[rehearsal]") {
  dns::FakeResolver files(kZone);
  Stage stage(files);
  CHECK(asked(stage, "list.invalid") == "records");
  CHECK(asked(stage, "_dmarc.list.invalid") == "nxdomain");
  CHECK(asked(stage, "stranger.invalid", dns::Type::a) == "nxdomain");
  CHECK(files.queries().empty());
}

TEST_CASE("with all of DNS below it the stage hides nothing", "[rehearsal]") {
  dns::FakeResolver all(kZone);
  Stage stage(all);
  CHECK(asked(stage, "_spf.provider.example") == "nxdomain");
  CHECK(asked(stage, "example.com") == "records");
}
