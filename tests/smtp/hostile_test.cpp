#include "dialogue.hpp"

#include <support/catch.hpp>

#include <fmt/core.h>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

TEST_CASE("those who speak another protocol are told, and sent away", "[smtp][hostile][hazard]") {
  const auto [octets, text] = GENERATE(table<std::string, std::string>({
      {R"(GET / HTTP/1.1\r\nHost: mx.example\r\n\r\n)", "not HTTP"},
      {R"(POST / HTTP/1.1\r\nHost: mx.example\r\n\r\nMAIL FROM:<a@one.example>\r\n)", "not HTTP"},
      {R"(get / HTTP/1.0\n\n)", "not HTTP"},
      {R"(PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n)", "not HTTP"},
      {R"(\x16\x03\x01\x02\0\x01\0\x01\xFC\x03\x03\r\n)", "STARTTLS"},
  }));
  for (const Cut& cut : all_cuts()) {
    Player player(plain_options(), cut);
    player.send(unescaped(octets));
    player.take();
    const std::string reply = player.take();
    CHECK(reply.substr(0, 12) == "S: 421 4.7.0");
    CHECK(reply.find(text) != std::string::npos);
    CHECK(player.take() == "X: the client does not speak SMTP");
    CHECK(player.take() == "");
  }
}

TEST_CASE("HTTP in the middle of a session ends it too", "[smtp][hostile][hazard]") {
  check_dialogue(plain_options(), R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: POST / HTTP/1.1
    C: MAIL FROM:<a@one.example>
    S: 421 4.7.0
    X: the client does not speak SMTP
  )");
}

TEST_CASE("a bare LF in a command ends the session, and what is behind it is no command",
          "[smtp][hostile][smuggling][hazard]") {
  const std::string line =
      GENERATE(R"(NOOP\nQUIT)", R"(\n)", R"(MAIL FROM:<a\nRCPT TO:<b@two.example>)", R"(EHLO a\r\r\n\n)", R"(\r\0\n)");
  Player player(plain_options());
  player.take();
  player.send(unescaped(line) + "\r\nNOOP\r\n");
  std::string last;
  for (std::string happened = player.take(); !happened.empty(); happened = player.take()) last = happened;
  CHECK(last == "X: the client ended a command with a bare LF");
  CHECK(player.session.phase() == Phase::closed);
}

TEST_CASE("where bare newlines are noted, a person with netcat gets answers", "[smtp][hostile]") {
  SessionOptions options = plain_options();
  options.bare_newlines = BareNewlines::note;
  check_dialogue(options, R"(
    S: 220
    R: EHLO client.example\n
    S: 250-
    R: MAIL FROM:<a@one.example>\nRCPT TO:<b@two.example>\nDATA\n
    S: 250
    S: 250
    S: 354
    R: one\n.\ntwo\r\n.\r\n
    M: <a@one.example> -> <b@two.example> [11], bare LF at 3, bare LF at 5
  )");
}

TEST_CASE("control characters in a command are refused", "[smtp][hostile]") {
  const std::string line =
      GENERATE(R"(NO\0OP)", R"(NOOP a\rb)", R"(MAIL FROM:<a\0@one.example>)", R"(EHLO a\x1B[31m)", R"(NOOP\x7F)");
  check_dialogue(plain_options(), "S: 220\nC: " + line + R"(
    S: 500 5.5.2
    C: NOOP
    S: 250
  )");
}

TEST_CASE("what is not ASCII is shown as octets in replies", "[smtp][hostile]") {
  check_dialogue(plain_options(), R"(
    S: 220
    C: \xC3\xBC\x80
    S: 500 5.5.1 \xC3\xBC\x80 is no command
    C: EHLO \xC3\xBC.example
    S: 501 5.5.4
  )");
}

TEST_CASE("a line has 2048 octets at most, and is not read for ever", "[smtp][hostile][limits][hazard]") {
  const auto noop = [](std::size_t size) { return "NOOP " + std::string(size - 7, 'x'); };
  check_dialogue(plain_options(), "S: 220\nC: " + noop(2048) + "\nS: 250\nC: " + noop(2049) + R"(
    S: 500 5.5.2 The line has more than 2048 octets
    C: NOOP
    S: 250
  )");
  check_dialogue(plain_options(), "S: 220\nC: " + noop(64 << 10) + "\nS: 500\nC: " + noop((64 << 10) + 1) + R"(
    S: 421 4.7.0
    X: the client sent too much
  )");
  Player player(plain_options());
  player.send(std::string(60'000, 'x'));
  CHECK(player.session.buffered() <= kMaxAuthLine);
  player.send(std::string(6'000, 'x'));
  CHECK(player.session.phase() == Phase::closed);
}

TEST_CASE("after five errors in a row the client is told goodbye, and why", "[smtp][hostile][limits]") {
  check_dialogue(plain_options(), R"(
    S: 220
    C: FOO
    S: 500
    C: FOO
    S: 500
    C: FOO
    S: 500
    C: FOO
    S: 500
    C: NOOP
    S: 250
    C: FOO
    S: 500
    C: FOO
    S: 500
    C: FOO
    S: 500
    C: FOO
    S: 500
    C: BAR
    S: 421 4.7.0 mx.example 5 errors in a row, goodbye. The last one was 500 BAR is no command
    X: the client made too many errors
  )");
}

TEST_CASE("recipients beyond the limit are refused, and those before it stay", "[smtp][hostile][limits][hazard]") {
  SessionOptions options = plain_options();
  options.max_recipients = 100;
  Player player(options);
  player.send("EHLO client.example\r\nMAIL FROM:<a@one.example>\r\n");
  for (int i = 0; i < 3; ++i) player.take();
  for (int i = 0; i < 120; ++i) {
    player.send(fmt::format("RCPT TO:<b{}@two.example>\r\n", i));
    CHECK(player.take().substr(0, 12) == (i < 100 ? "S: 250 2.1.5" : "S: 452 4.5.3"));
  }
  player.send("DATA\r\n.\r\n");
  REQUIRE(player.messages.size() == 1);
  CHECK(player.messages[0].envelope.to.size() == 100);
}

TEST_CASE("a session that never sends mail comes to an end", "[smtp][hostile][limits][hazard]") {
  const std::string command =
      GENERATE("NOOP", "RSET", "VRFY a", "HELP", "EHLO client.example", "MAIL FROM:<a@one.example>\r\nRSET");
  SessionOptions options = plain_options();
  options.max_recipients = 100;
  Player player(options);
  player.send("EHLO client.example\r\n");
  int count = 0;
  while (player.session.phase() != Phase::closed && count < 3000) {
    player.send(command + "\r\n");
    ++count;
  }
  CHECK(count <= 1100);
  CHECK(count >= 500);
}

TEST_CASE("messages of one session have a limit", "[smtp][hostile][limits]") {
  SessionOptions options = plain_options();
  options.max_messages = 1;
  check_dialogue(options, R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: .
    M: <a@one.example>
    V: 250 2.0.0 Stored
    S: 250
    C: MAIL FROM:<a@one.example>
    S: 452 4.5.3
  )");
}

TEST_CASE("what is sent while a message is judged is kept, up to a limit", "[smtp][hostile][limits][hazard]") {
  Player player(plain_options());
  player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\nDATA\r\n.\r\n");
  REQUIRE(player.messages.size() == 1);
  std::size_t sent = 0;
  while (player.session.wants_bytes()) {
    player.send("NOOP\r\n");
    sent += 6;
  }
  CHECK(sent <= kMaxPending / 2 + 6);
  CHECK(player.session.buffered() == sent);
  player.send(std::string(kMaxPending, 'x'));
  CHECK(player.session.phase() == Phase::closed);
  CHECK(player.session.buffered() == 0);
}

TEST_CASE("the transcript of a flood is cut", "[smtp][hostile][transcript]") {
  Transcript transcript;
  for (int i = 0; i < 10'000; ++i) transcript.add(TranscriptEntry::Who::client, std::string(1000, 'x'));
  CHECK(transcript.entries().size() <= Transcript::kMaxEntries + 1);
  CHECK(transcript.entries().back().who == TranscriptEntry::Who::note);
  CHECK(transcript.entries().front().text.size() < 600);
  CHECK(transcript.take().size() > 100);
  transcript.add(TranscriptEntry::Who::client, "NOOP");
  CHECK(transcript.entries().size() == 1);
}
