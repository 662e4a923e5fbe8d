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

TEST_CASE("a recording that was edited by hand is read, whatever its line ends", "[dns][recording]") {
  const std::string line =
      R"({"name":"a.example","type":"TXT","state":"records","records":["a.example. 300 IN TXT \"one\""]})";
  const std::string schema = R"({"schema":"envelint/dns/1"})";
  for (const std::string& text :
       {"\n" + schema + "\n\n" + line + "\n", "\xEF\xBB\xBF" + schema + "\r\n" + line + "\r\n", schema + "\n" + line}) {
    const auto answers = dns::read_recording(text);
    REQUIRE(answers);
    CHECK(answers->size() == 1);
  }
}

TEST_CASE("a line that is cut or asks what another asks is told with its number", "[dns][recording]") {
  const auto fault = [](const std::string& lines) {
    const auto answers = dns::read_recording("{\"schema\":\"envelint/dns/1\"}\n" + lines);
    return answers ? "read" : std::to_string(answers.error().line) + ": " + answers.error().message;
  };
  const std::string line = "{\"name\":\"a.example\",\"type\":\"TXT\",\"state\":\"nodata\"}\n";
  CHECK(fault(line) == "read");
  CHECK(fault(line.substr(0, 30)) == "2: the line is no JSON object");
  CHECK(fault(line + "{\"name\":\"A.example\",\"type\":\"TXT\",\"state\":\"nxdomain\"}\n") ==
        "3: the question is that of an earlier line");
  CHECK(dns::read_recording("\n\n").error().message == "the recording is empty");
}

TEST_CASE("a recording keeps whether an answer was proved, and by whom", "[dns][recording]") {
  std::string text;
  auto inner = with("a.example. TXT \"one\"\n");
  dns::RecordingResolver recording(inner, [&](std::string_view line) { text += line; });
  dns::Answer answer(dns::Answer::State::nodata);
  answer.unverified_ad = true;
  recording.add(dns::Query(*dns::Name::parse("b.example"), dns::Type::txt), answer);
  answer.unverified_ad = false;
  answer.authenticated = true;
  recording.add(dns::Query(*dns::Name::parse("c.example"), dns::Type::txt), answer);
  dns::ReplayResolver replay(*dns::read_recording(text));
  CHECK(ask(replay, "b.example").unverified_ad);
  CHECK_FALSE(ask(replay, "b.example").authenticated);
  CHECK(ask(replay, "c.example").authenticated);
  CHECK_FALSE(ask(replay, "c.example").unverified_ad);
}
