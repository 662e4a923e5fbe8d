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

TEST_CASE("a line that begins with a single dot is told, since the dot is lost", "[smtp][data]") {
  check_dialogue(plain_options(), kUpToData + R"(
    C: a
    C: .b
    C: .
    M: <a@one.example> -> <b@two.example> [6], line that began with a single dot at 3
  )");
}

TEST_CASE("only CRLF.CRLF ends the data", "[smtp][data][smuggling][hazard]") {
  // Sequences that one server or another has taken for the end (CVE-2023-51764, -51765, -51766 and their kin).
  const std::string sequence = GENERATE(R"(\n.\n)", R"(\n.\r\n)", R"(\r.\r)", R"(\r.\n)", R"(\r.\r\n)", R"(\r\n.\n)",
                                        R"(\r\n.\r)", R"(\n.\r)", R"(\n\n.\n\n)", R"(\r\n\0.\r\n)", R"(\r\n.\0\r\n)",
                                        R"(\0\r\n.\n)", R"(\n\r.\r\n)", R"(\r\n.\r\r\n)", R"(\r\n.\n\r\n)");
  const std::string smuggled = "a" + unescaped(sequence) + "MAIL FROM:<evil@one.example>\r\n";
  INFO(sequence);

  SECTION("the commands behind it are part of the message, which is refused") {
    check_dialogue(plain_options(), kUpToData + "C: a" + sequence + R"(MAIL FROM:<evil@one.example>
      C: RCPT TO:<victim@two.example>
      C: DATA
      C: .
      F: <a@one.example> -> <b@two.example>
      S: 550 5.6.0 There is a
      C: NOOP
      S: 250 2.0.0 OK
    )");
  }
  SECTION("where bare newlines are noted, the octets are those that came") {
    const std::string message = received(noting(), smuggled + ".\r\n");
    std::string expected = smuggled;
    // Only where a line really begins with the dot is that dot one of transparency.
    const std::size_t dot = expected.find("\r\n.");
    if (dot != std::string::npos) expected.erase(dot + 2, 1);
    CHECK(message == expected);
  }
}

TEST_CASE("CRLF.CRLF ends the data also behind a bare CR, which is refused", "[smtp][data][smuggling][hazard]") {
  check_dialogue(plain_options(), kUpToData + R"(
    R: a\r\r\n.\r\n
    F: <a@one.example> -> <b@two.example> [0], bare CR at 1
    S: 550 5.6.0 There is a bare CR at octet 1
    C: NOOP
    S: 250
  )");
}

TEST_CASE("a dot that is followed by nothing does not end the data", "[smtp][data][hazard]") {
  check_dialogue(plain_options(), kUpToData + R"(
    R: a\r\n.\r
    R: \n
    M: <a@one.example> -> <b@two.example> [3]
  )");
}

TEST_CASE("bare newlines, NUL and long lines are told with their offsets", "[smtp][data][oddities]") {
  check_dialogue(noting(), kUpToData + R"(
    C: a\rb\nc\0d
    C: ..\r
    C: \n
    C: .
    M: <a@one.example> -> <b@two.example> [16], bare CR at 1, bare LF at 3, NUL at 5, bare CR at 10, bare LF at 13
  )");
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

TEST_CASE("octets above 127 are told where nothing allows them", "[smtp][data][oddities]") {
  check_dialogue(plain_options(), kUpToData + R"(
    C: gr\xC3\xBC\xC3\x9Fe
    C: .
    M: <a@one.example> -> <b@two.example> [9], an octet above 127 without BODY=8BITMIME at 2
  )");
  const std::string parameter = GENERATE("BODY=8BITMIME", "SMTPUTF8");
  check_dialogue(plain_options(), R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example> )" + parameter +
                                      R"(
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: gr\xC3\xBC\xC3\x9Fe
    C: .
    M: <a@one.example> -> <b@two.example> [9]
  )");
}

TEST_CASE("a message that is too long is read to its end and refused once", "[smtp][data][limits][hazard]") {
  SessionOptions options = plain_options();
  options.max_message = 20;
  options.max_drain = 30;
  check_dialogue(options, kUpToData + R"(
    C: 123456789012345678
    C: .
    M: <a@one.example> -> <b@two.example> [20]
    V: 250 2.0.0 Stored
    S: 250
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: 1234567890123456789
    C: MAIL FROM:<a@one.example>
    C: .
    C: NOOP
    F: <a@one.example> -> <b@two.example> [0]
    S: 552 5.3.4 The message has more than 20 octets
    S: 250 2.0.0 OK
  )");
}

TEST_CASE("a message that does not end is not read for ever", "[smtp][data][limits][hazard]") {
  SessionOptions options = plain_options();
  options.max_message = 20;
  options.max_drain = 30;
  check_dialogue(options, kUpToData + R"(
    C: 12345678901234567890123456789012345678901234567890123456789012345678901234567890
    S: 421 4.3.4
    X: the client sent too much
    C: .
    C: NOOP
  )");
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

TEST_CASE("a header that is too long is refused at the end of the message", "[smtp][data][limits][hazard]") {
  SessionOptions options = plain_options();
  options.max_header = 12;
  check_dialogue(options, kUpToData + R"(
    C: To: b@c.d
    C:
    C: a body that is longer than a header may be
    C: .
    F: <a@one.example>
    S: 552 5.3.4 The header of the message has more than 12 octets
  )");
  options.max_header = 13;
  check_dialogue(options, kUpToData + R"(
    C: To: b@c.d
    C:
    C: a body that is longer than a header may be
    C: .
    M: <a@one.example>
  )");
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
