#include <support/catch.hpp>

#include <envelint/smtp/reply_reader.hpp>

#include <string>
#include <string_view>

using namespace envelint::smtp;

namespace {

struct Outcome {
  ReplyReader::State state;
  ServerReply reply;
  std::string fault;
  std::size_t taken;
};

Outcome read(std::string_view octets) {
  ReplyReader reader;
  const std::size_t taken = reader.read(octets);
  return {reader.state(), reader.reply(), reader.fault(), taken};
}

}  // namespace

TEST_CASE("a reply has a code and lines", "[smtp][client]") {
  const Outcome one = read("250 2.1.0 Ok\r\n");
  CHECK(one.state == ReplyReader::State::reply);
  CHECK(one.reply.code == 250);
  CHECK(one.reply.text() == "2.1.0 Ok");
  CHECK(one.reply.enhanced() == "2.1.0");
  CHECK(one.reply.is_done());
  const Outcome several = read("250-mx.example\r\n250-SIZE 1000\r\n250 DSN\r\n");
  CHECK(several.reply.text() == "mx.example\nSIZE 1000\nDSN");
  CHECK(several.reply.wire() == "250-mx.example\n250-SIZE 1000\n250 DSN");
}

TEST_CASE("a code alone is a reply, and so is one with nothing behind its space", "[smtp][client]") {
  CHECK(read("250\r\n").reply.code == 250);
  CHECK(read("250 \r\n").reply.text().empty());
  CHECK(read("250-\r\n250\r\n").reply.lines.size() == 2);
}

TEST_CASE("nothing is taken behind the end of a reply", "[smtp][client]") {
  CHECK(read("220 go on\r\n250 injected\r\n").taken == 11);
}

TEST_CASE("a status code of another class is text", "[smtp][client]") {
  CHECK(read("250 5.1.1 Ok\r\n").reply.enhanced().empty());
  CHECK(read("550 5.1.1\r\n").reply.enhanced() == "5.1.1");
  CHECK(read("550 5.1 no\r\n").reply.enhanced().empty());
  CHECK(read("550 5.1.x no\r\n").reply.enhanced().empty());
}

TEST_CASE("a bare LF ends a line and is remembered", "[smtp][client]") {
  CHECK(read("250 Ok\n").state == ReplyReader::State::reply);
  CHECK(read("250 Ok\n").reply.bare_lf);
  CHECK_FALSE(read("250 Ok\r\n").reply.bare_lf);
}

TEST_CASE("what is no reply is a fault that says so", "[smtp][client][hazard]") {
  CHECK(read("hello\r\n").fault == "`hello` is no reply of SMTP");
  CHECK(read("\r\n").fault == "`` is no reply of SMTP");
  CHECK(read("999 no\r\n").fault == "`999 no` is no reply of SMTP");
  CHECK(read("299 no\r\n").fault == "`299 no` is no reply of SMTP");
  CHECK(read("250_Ok\r\n").fault == "`250_Ok` is no reply of SMTP");
  CHECK(read("25\r\n").fault == "`25` is no reply of SMTP");
  CHECK(read("SSH-2.0\x1b[2J\r\n").fault == "`SSH-2.0\\x1B[2J` is no reply of SMTP");
  CHECK(read("250-mx\r\n550 no\r\n").fault == "the lines of one reply have the codes 250 and 550");
}

TEST_CASE("replies without an end are not read for ever", "[smtp][client][hazard]") {
  CHECK(read("250 " + std::string(10'000, 'x')).fault == "a line of its reply has more than 2048 octets");
  std::string lines;
  for (int i = 0; i < 200; ++i) lines += "250-more\r\n";
  CHECK(read(lines).fault == "its reply has more than 100 lines");
}

TEST_CASE("however a reply is cut, it is the same", "[smtp][client]") {
  const std::string octets = "250-mx.example\r\n250-SIZE\r\n250 DSN\r\n";
  for (std::size_t size = 1; size < octets.size(); ++size) {
    ReplyReader reader;
    for (std::size_t at = 0; at < octets.size(); at += size) {
      CHECK(reader.state() == ReplyReader::State::open);
      CHECK(reader.read(std::string_view(octets).substr(at, size)) > 0);
    }
    CHECK(reader.reply().text() == "mx.example\nSIZE\nDSN");
  }
}
