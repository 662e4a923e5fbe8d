#include <envelint/smtp/reply.hpp>

#include <support/catch.hpp>

#include <sstream>
#include <string>

using namespace envelint::smtp;

TEST_CASE("a reply has its code and enhanced code on each line", "[smtp][reply]") {
  CHECK(Reply(250, "2.1.0", "Sender OK").wire(true) == "250 2.1.0 Sender OK\r\n");
  CHECK(Reply(250, "2.1.0", "Sender OK").wire(false) == "250 Sender OK\r\n");
  CHECK(Reply(550, "5.7.1", "one\ntwo").wire(true) == "550-5.7.1 one\r\n550 5.7.1 two\r\n");
  CHECK(Reply(334, "", "").wire(true) == "334 \r\n");
}

TEST_CASE("nothing in a text can end a reply or begin another", "[smtp][reply][hazard]") {
  CHECK(Reply(550, "", "a\r\n250 OK\r\n").wire(true) == "550-a\\r\r\n550-250 OK\\r\r\n550 \r\n");
  CHECK(Reply(550, "", "gr\xC3\xBC\x1B[31m\t").wire(true) == "550 gr\\xC3\\xBC\\x1B[31m\\t\r\n");
  CHECK(shown("a\r\nb\x80") == "a\\r\\nb\\x80");
  CHECK(shown(std::string(100, 'x')) == std::string(60, 'x') + "...");
}

TEST_CASE("what cannot be a reply becomes one", "[smtp][reply]") {
  CHECK(Reply(0, "2.0.0", "?").wire(true) == "451 ?\r\n");
  CHECK(Reply(600, "", "?").code() == 451);
  CHECK(Reply(550, "2.0.0", "?").wire(true) == "550 ?\r\n");
  CHECK(Reply(354, "3.0.0", "?").wire(true) == "354 ?\r\n");
  CHECK(Reply(250, "2.0.0\r\n", "?").wire(true) == "250 ?\r\n");
}

TEST_CASE("no line of a reply is longer than 512 octets", "[smtp][reply][limits]") {
  const std::string words = GENERATE(std::string(2000, 'x'), [] {
    std::string out;
    for (int i = 0; i < 400; ++i) out += "word ";
    return out;
  }());
  std::istringstream lines(Reply(550, "5.7.1", words).wire(true));
  std::string line;
  std::size_t count = 0;
  while (std::getline(lines, line)) {
    ++count;
    CHECK(line.size() + 1 <= kMaxReplyLine);
    CHECK(line.substr(0, 3) == "550");
    CHECK(line[3] == (lines.peek() == EOF ? ' ' : '-'));
  }
  CHECK(count >= 4);
}
