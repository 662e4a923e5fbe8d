#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

namespace {

const std::string kUpToMessage = R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
)";

}  // namespace

TEST_CASE("a message can come in chunks, pipelined, with dots as they are", "[smtp][bdat]") {
  check_dialogue(plain_options(), kUpToMessage + R"(
    C: BDAT 10
    R: ..two\r\n.\r\n
    C: BDAT 3
    R: x\r\n
    C: BDAT 0 LAST
    C: NOOP
    S: 250 2.0.0 10 octets
    S: 250 2.0.0 3 octets
    M: <a@one.example> -> <b@two.example> [13]
    V: 250 2.0.0 Stored
    S: 250 2.0.0 Stored
    S: 250 2.0.0 OK
  )");
}

TEST_CASE("a line end may be cut by chunks", "[smtp][bdat]") {
  check_dialogue(plain_options(), kUpToMessage + R"(
    C: BDAT 2
    R: a\r
    S: 250
    C: BDAT 1 last
    R: \n
    M: <a@one.example> -> <b@two.example> [3]
  )");
}

TEST_CASE("a text in chunks has the rules of text, and its last line should end", "[smtp][bdat][oddities]") {
  check_dialogue(plain_options(), kUpToMessage + R"(
    C: BDAT 3 LAST
    R: a\nb
    F: <a@one.example> -> <b@two.example> [0], bare LF at 1, last line without CRLF at 3
    S: 550 5.6.0
    C: NOOP
    S: 250
  )");
  check_dialogue(plain_options(), kUpToMessage + R"(
    C: BDAT 1 LAST
    R: a
    M: <a@one.example> -> <b@two.example> [1], last line without CRLF at 1
  )");
}

TEST_CASE("BINARYMIME takes any octets, with BDAT only", "[smtp][bdat]") {
  check_dialogue(plain_options(), R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example> BODY=BINARYMIME
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 503 5.5.1 BODY=BINARYMIME needs BDAT
    C: BDAT 5 LAST
    R: \0\n\r\xFFx
    M: <a@one.example> -> <b@two.example> [5]
  )");
}

TEST_CASE("the octets of a refused chunk are never taken for commands", "[smtp][bdat][smuggling][hazard]") {
  SECTION("before EHLO") {
    check_dialogue(plain_options(), R"(
      S: 220
      C: BDAT 6 LAST
      C: QUIT
      S: 503 5.5.1 Say EHLO first
      C: NOOP
      S: 250
    )");
  }
  SECTION("without a transaction") {
    check_dialogue(plain_options(), R"(
      S: 220
      C: EHLO client.example
      S: 250-
      C: BDAT 6
      C: QUIT
      S: 503 5.5.1 Say MAIL FROM first
      C: NOOP
      S: 250
    )");
  }
  SECTION("without recipients") {
    check_dialogue(plain_options(), R"(
      S: 220
      C: EHLO client.example
      S: 250-
      C: MAIL FROM:<a@one.example>
      S: 250
      C: BDAT 6 LAST
      C: QUIT
      S: 503 5.5.1 Say RCPT TO first
      C: NOOP
      S: 250
    )");
  }
  SECTION("with an argument too many") {
    check_dialogue(plain_options(), kUpToMessage + R"(
      C: BDAT 6 FIRST
      C: QUIT
      S: 501 5.5.4
      C: NOOP
      S: 250
    )");
  }
  SECTION("when BDAT is not offered") {
    SessionOptions options = plain_options();
    options.hidden = {Extension::chunking};
    check_dialogue(options, kUpToMessage + R"(
      C: BDAT 6 LAST
      C: QUIT
      S: 502 5.5.1
      C: NOOP
      S: 250
    )");
  }
  SECTION("when TLS is missing") {
    SessionOptions options = tls_options();
    options.require_tls = true;
    check_dialogue(options, R"(
      S: 220
      C: EHLO client.example
      S: 250-
      C: BDAT 6 LAST
      C: QUIT
      S: 530 5.7.0
      C: NOOP
      S: 250
    )");
  }
}

TEST_CASE("a chunk whose size cannot be read ends the session", "[smtp][bdat][smuggling][hazard]") {
  const std::string argument = GENERATE("", "x", "-1", "+1", "1x", "0x10", "LAST", " 5", "5\\0");
  INFO(argument);
  check_dialogue(plain_options(), kUpToMessage + "C: BDAT " + argument + R"(
    C: QUIT
    S: 421 4.)" + R"(
    X: the client sent a BDAT
  )");
}

TEST_CASE("chunks behind a refused one are refused too, until RSET", "[smtp][bdat][limits]") {
  SessionOptions options = plain_options();
  options.max_message = 10;
  options.max_drain = 40;
  check_dialogue(options, kUpToMessage + R"(
    C: BDAT 6
    R: 123456
    C: BDAT 6
    R: 123456
    C: BDAT 6
    C: QUIT
    C: RCPT TO:<c@two.example>
    C: BDAT 6
    C: QUIT
    S: 250 2.0.0 6 octets
    S: 552 5.3.4
    S: 503 5.5.1
    S: 503 5.5.1
    S: 503 5.5.1
    C: RSET
    S: 250
    C: MAIL FROM:<a@one.example>
    S: 250
  )");
}

TEST_CASE("chunks that are too much for one message end it with 552 at LAST", "[smtp][bdat][limits]") {
  SessionOptions options = plain_options();
  options.max_message = 10;
  check_dialogue(options, kUpToMessage + R"(
    C: BDAT 11 LAST
    R: 12345678901
    F: <a@one.example> -> <b@two.example> [0]
    S: 552 5.3.4
    C: MAIL FROM:<a@one.example>
    S: 250
  )");
}

TEST_CASE("chunks are not thrown away without end", "[smtp][bdat][limits][hazard]") {
  SessionOptions options = plain_options();
  options.max_message = 10;
  options.max_drain = 5;
  SECTION("one that is far too long") {
    check_dialogue(options, kUpToMessage + R"(
      C: BDAT 18446744073709551616
      C: QUIT
      S: 421 4.3.4
      X: the client sent too much
    )");
  }
  SECTION("many that are refused") {
    check_dialogue(options, R"(
      S: 220
      C: EHLO client.example
      S: 250-
      C: BDAT 5
      R: 12345
      S: 503
      C: BDAT 5
      R: 12345
      S: 421 4.3.4
      X: the client sent too much
    )");
  }
  SECTION("one message of many") {
    check_dialogue(options, kUpToMessage + R"(
      C: BDAT 10
      R: 1234567890
      S: 250
      C: BDAT 10
      R: 1234567890
      S: 421 4.3.4
      X: the client sent too much
    )");
  }
}

TEST_CASE("DATA and BDAT do not mix in one transaction, but in one session", "[smtp][bdat]") {
  check_dialogue(plain_options(), kUpToMessage + R"(
    C: BDAT 3
    R: a\r\n
    S: 250
    C: DATA
    S: 503 5.5.1 DATA cannot follow BDAT
    C: RCPT TO:<c@two.example>
    S: 503 5.5.1
    C: MAIL FROM:<c@two.example>
    S: 503 5.5.1
    C: BDAT 0 LAST
    M: <a@one.example> -> <b@two.example> [3]
    V: 250 2.0.0 Stored
    S: 250
    C: MAIL FROM:<c@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: .
    M: <c@one.example> -> <b@two.example> [0]
  )");
}

TEST_CASE("what RSET forgets of chunks is not part of the next message", "[smtp][bdat]") {
  const auto messages = messages_of(plain_options(), kUpToMessage + R"(
    C: BDAT 5
    R: old\r\n
    S: 250
    C: RSET
    S: 250
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: BDAT 5 LAST
    R: new\r\n
    M: <a@one.example>
  )");
  CHECK(messages.at(0).bytes == "new\r\n");
  CHECK(messages.at(0).envelope.by_chunks);
}

TEST_CASE("with LMTP the last chunk has a reply for each recipient, a refused one too", "[smtp][bdat][lmtp]") {
  SessionOptions options = plain_options();
  options.lmtp = true;
  options.max_message = 4;
  check_dialogue(options, R"(
    S: 220
    C: LHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: RCPT TO:<c@two.example>
    S: 250
    C: BDAT 5
    R: 12345
    S: 552
    C: BDAT 1 LAST
    R: x
    S: 503
    S: 503
    C: MAIL FROM:<a@one.example>
    S: 250
  )");
}
