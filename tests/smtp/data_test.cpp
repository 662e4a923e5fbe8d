#include "dialogue.hpp"

#include <envelint/smtp/content.hpp>
#include <envelint/smtp/data_reader.hpp>

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

namespace {

const std::string kUpToData = R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
)";

/// The octets of the only message, received with every cut.
std::string received(const SessionOptions& options, const std::string& data) {
  std::string out;
  for (const Cut& cut : all_cuts()) {
    Player player(options, cut);
    player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n" + data);
    REQUIRE(player.messages.size() == 1);
    if (cut.size == 0) out = player.messages[0].bytes;
    CHECK(player.messages[0].bytes == out);
  }
  return out;
}

SessionOptions noting() {
  SessionOptions options = plain_options();
  options.bare_newlines = BareNewlines::note;
  return options;
}

}  // namespace

TEST_CASE("the dots of transparency are taken away, and no other octet is changed", "[smtp][data]") {
  const auto [sent, message] = GENERATE(table<std::string, std::string>({
      {".\r\n", ""},
      {"\r\n.\r\n", "\r\n"},
      {"a\r\n.\r\n", "a\r\n"},
      {"..\r\n.\r\n", ".\r\n"},
      {"...\r\n.\r\n", "..\r\n"},
      {"..a\r\n..b\r\n.\r\n", ".a\r\n.b\r\n"},
      {"a.\r\n.\r\n", "a.\r\n"},
      {"a..\r\n\r\n..\r\n.\r\n", "a..\r\n\r\n.\r\n"},
      {" .\r\n.\r\n", " .\r\n"},
      {"a \t\r\n\r\n\r\n.\r\n", "a \t\r\n\r\n\r\n"},
      {".a\r\n.\r\n", "a\r\n"},
  }));
  CHECK(received(plain_options(), sent) == message);
}

TEST_CASE("a line of more than 998 octets is told with its offset", "[smtp][data][oddities]") {
  const std::string longest(998, 'x');
  check_dialogue(plain_options(), kUpToData + "C: .." + longest.substr(1) + "\nC: .\n" +
                                      "M: <a@one.example> -> <b@two.example> [1000]\n");
  check_dialogue(plain_options(), kUpToData + "C: ab\nC: " + longest + "x\nC: .\n" +
                                      "F: <a@one.example> -> <b@two.example> [0], line of more than 998 octets at 4\n"
                                      "S: 550 5.6.0 There is a line of more than 998 octets at octet 4\n");
}

TEST_CASE("of many oddities a hundred are kept, and that there are more", "[smtp][data][oddities]") {
  Player player(noting());
  player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n" +
              std::string(100'000, '\n') + "\r\n.\r\n");
  REQUIRE(player.messages.size() == 1);
  CHECK(player.messages[0].oddities.size() <= kMaxWireOddities);
  CHECK(player.messages[0].oddities.back().kind == WireOddity::Kind::more);
}

TEST_CASE("of a message that is too long nothing is held while it is read", "[smtp][data][limits][hazard]") {
  SessionOptions options = plain_options();
  options.max_message = 1000;
  Player player(options);
  player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n");
  player.send(std::string(1000, 'x'));
  CHECK(player.session.buffered() == 1000);
  player.send(std::string(1000, 'x'));
  CHECK(player.session.buffered() == 0);
  CHECK(player.session.phase() == Phase::data);
}

TEST_CASE("a great message is one piece in the end", "[smtp][data]") {
  std::string message = "Subject: long\r\n\r\n";
  for (int i = 0; i < 20'000; ++i) message += "A line of the usual length, of which there are many in a message\r\n";
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{1460}, std::size_t{65536}}) {
    Player player(plain_options(), {size, 0});
    player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n");
    player.send(message + ".\r\n");
    REQUIRE(player.messages.size() == 1);
    CHECK(player.messages[0].bytes == message);
    CHECK(player.session.buffered() == 0);
  }
}
