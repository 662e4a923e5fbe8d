#include <support/catch.hpp>

#include <envelint/dns/recording.hpp>
#include <envelint/dns/zone_file.hpp>
#include <envelint/dns/zone_resolver.hpp>
#include <envelint/task/sync_wait.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace envelint;

dns::ZoneResolver with(std::string zone) {
  return dns::ZoneResolver(dns::read_zone({.path = "test", .content = std::move(zone), .identity = {}}));
}

dns::Answer ask(dns::Resolver& resolver, std::string_view name) {
  return task::sync_wait(resolver.query(dns::Query(*dns::Name::parse(name), dns::Type::txt)));
}

}  // namespace

TEST_CASE("an answer is written down as soon as it is there, and each question once", "[dns][recording]") {
  auto inner = with("a.example. TXT \"one\"\nb.example. TXT \"two\"\n");
  std::vector<std::string> lines;
  dns::RecordingResolver recording(inner, [&](std::string_view line) { lines.emplace_back(line); });
  CHECK(lines.size() == 1);
  (void)ask(recording, "a.example");
  CHECK(lines.size() == 2);
  (void)ask(recording, "A.EXAMPLE");
  CHECK(lines.size() == 2);
  (void)ask(recording, "b.example");
  REQUIRE(lines.size() == 3);
  CHECK(lines[2].find("b.example") != std::string::npos);
  CHECK(lines[2].back() == '\n');
}

TEST_CASE("what was written down is read again", "[dns][recording]") {
  auto inner = with("a.example. TXT \"one\"\n");
  std::string text;
  dns::RecordingResolver recording(inner, [&](std::string_view line) { text += line; });
  (void)ask(recording, "a.example");
  recording.add(dns::Query(*dns::Name::parse("slow.example"), dns::Type::txt), dns::Answer(dns::Trouble::timeout));
  auto answers = dns::read_recording(text);
  REQUIRE(answers);
  CHECK(answers->size() == 2);
  dns::ReplayResolver replay(*std::move(answers));
  CHECK(ask(replay, "a.example").has_records());
  CHECK(ask(replay, "slow.example").trouble == dns::Trouble::timeout);
}

TEST_CASE("a recording does not grow beyond what can be read again", "[dns][recording]") {
  auto inner = with("a.example. TXT \"one\"\nb.example. TXT \"two\"\n");
  std::string text;
  dns::RecordingResolver recording(inner, [&](std::string_view line) { text += line; }, 150);
  (void)ask(recording, "a.example");
  CHECK(recording.left_out() == 0);
  CHECK(ask(recording, "b.example").has_records());
  CHECK(recording.left_out() == 1);
  CHECK(text.size() <= 150);
  CHECK(dns::read_recording(text)->size() == 1);
}
