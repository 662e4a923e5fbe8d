#include "dialogue.hpp"

#include <support/catch.hpp>

#include <fmt/core.h>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

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

TEST_CASE("a message may come in thousands of chunks, but not in as many that are tiny",
          "[smtp][hostile][limits][hazard]") {
  const auto [size, reply] = GENERATE(table<std::size_t, std::string>({{512, "S: 250 2.0.0"}, {511, "S: 421 4.7.0"}}));
  Player player(plain_options());
  player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\nRCPT TO:<b@two.example>\r\n");
  std::string last;
  for (int i = 0; i < 3000 && player.session.phase() != Phase::closed; ++i) {
    player.send(fmt::format("BDAT {}\r\n", size) + std::string(size - 2, 'x') + "\r\n");
    for (std::string happened = player.take(); !happened.empty(); happened = player.take())
      if (happened.front() == 'S') last = happened;
  }
  CHECK(last.substr(0, reply.size()) == reply);
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
