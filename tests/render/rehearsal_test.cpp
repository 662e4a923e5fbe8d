#include <support/catch.hpp>

#include <envelint/dns/fake_resolver.hpp>
#include <envelint/dns/zone_scope.hpp>
#include <envelint/rehearsal/rehearse.hpp>
#include <envelint/rehearsal/stage.hpp>
#include <envelint/render/rehearsal_text.hpp>
#include <envelint/render/wrap.hpp>
#include <envelint/task/sync_wait.hpp>

#include <render/snapshot.hpp>
#include <verdict/sample.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace envelint;

namespace {

constexpr std::string_view kZone = R"(
  example.com.        TXT  "v=spf1 mx include:_spf.example.com ip4:198.51.100.64/26 -all"
  example.com.        MX   10 mail.example.com.
  mail.example.com.   A    192.0.2.25
  mail.example.com.   AAAA 2001:db8::25
  _spf.example.com.   TXT  "v=spf1 a:news.example.com ip6:2001:db8:1234:5678:9abc:def0:1234:5678 -all"
  news.example.com.   A    192.0.2.80
  _dmarc.example.com. TXT  "v=DMARC1; p=reject; t=y"
)";

std::string shown(const std::string& zone, render::TerminalOptions options = {},
                  std::vector<std::string> clients = {}) {
  static const dns::PublicSuffixList suffixes;
  dns::FakeResolver files(zone + test::key_line("example.com"));
  const dns::Name domain = dns::Name::parse("example.com").value();
  rehearsal::Stage stage(files, dns::ZoneScope(std::vector<dns::Name>{domain}));
  rehearsal::Plan plan(domain, "postmaster@example.com", suffixes, test::kReceived);
  plan.keys.push_back({&test::verdict_key(), "s"});
  for (const std::string& client : clients) plan.clients.push_back(net::Address::parse(client).value());
  const auto done = task::sync_wait(rehearsal::rehearse(stage, std::move(plan))).value();
  return render::rehearsal_text(done, {{"s.pem"}, "envelint lint --zone new.zone example.com"}, options);
}

std::size_t widest(std::string_view text) {
  std::size_t most = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    most = std::max(most, render::columns(text.substr(0, end)));
    text.remove_prefix(end + 1);
  }
  return most;
}

}  // namespace

TEST_CASE("a rehearsal is shown with a line a delivery", "[render][rehearsal]") {
  const std::string zone(kZone);
  CHECK(is_snapshot("rehearsal_works_80.txt", shown(zone)));
  CHECK(is_snapshot("rehearsal_works_60.txt", shown(zone, {.width = 60})));
}

TEST_CASE("what is wrong stands below the deliveries with what to do", "[render][rehearsal]") {
  CHECK(is_snapshot("rehearsal_broken_80.txt", shown(std::string(kZone), {}, {"192.0.2.25", "203.0.113.9"})));
}

TEST_CASE("senders that are not known have their line too", "[render][rehearsal]") {
  constexpr std::string_view kOutside = R"(
example.com.        TXT  "v=spf1 ip4:192.0.2.25 include:_spf.provider.example -all"
_dmarc.example.com. TXT  "v=DMARC1; p=quarantine"
)";
  CHECK(is_snapshot("rehearsal_outside_80.txt", shown(std::string(kOutside))));
}

TEST_CASE("no line of a rehearsal is wider than the screen", "[render][rehearsal]") {
  for (const std::size_t width : {40U, 50U, 61U, 72U, 80U, 120U}) {
    CHECK(widest(shown(std::string(kZone), {.width = width})) <= width);
  }
}
