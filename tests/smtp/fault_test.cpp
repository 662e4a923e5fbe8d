#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

namespace {

SessionOptions with_fault(std::string_view text) {
  SessionOptions options = tls_options();
  REQUIRE_FALSE(options.faults.add(text));
  return options;
}

std::string to(std::string_view local_part, std::string_view rest) {
  return "S: 220\nC: EHLO c.example\nS: 250-\nC: MAIL FROM:<a@one.example>\nS: 250\nC: RCPT TO:<" +
         std::string(local_part) + "@two.example>\n" + std::string(rest);
}

}  // namespace

TEST_CASE("a recipient asks for a code to RCPT", "[smtp]") {
  check_dialogue(plain_options(), to("451", R"(
    S: 451 4.3.0 A fault
    C: RCPT TO:<b@two.example>
    S: 250
    C: RCPT TO:<550+again@two.example>
    S: 550 5.3.0
    C: DATA
    S: 354
    C: .
    M: <a@one.example> -> <b@two.example> [0]
    V: 250 2.0.0 Stored
    S: 250)"));
}

TEST_CASE("a recipient asks for a code to DATA, or to the message", "[smtp]") {
  check_dialogue(plain_options(), to("451-data", R"(
    S: 250
    C: DATA
    S: 451 4.3.0
    C: MAIL FROM:<a@one.example>
    S: 250)"));
  check_dialogue(plain_options(), to("550-after-data", R"(
    S: 250
    C: DATA
    S: 354
    C: hello
    C: .
    F: <a@one.example> -> <550-after-data@two.example>
    S: 550 5.3.0
    C: NOOP
    S: 250)"));
}

TEST_CASE("with BDAT the fault of DATA is that of the first chunk", "[smtp]") {
  check_dialogue(plain_options(), to("451-data", R"(
    S: 250
    C: BDAT 4
    R: a\r\nb
    S: 451 4.3.0
    C: BDAT 0 LAST
    S: 503)"));
}

TEST_CASE("a recipient asks for the connection to be closed", "[smtp]") {
  check_dialogue(plain_options(), to("drop", "X: a fault was asked for"));
  check_dialogue(plain_options(), to("drop-data", "S: 250\nC: DATA\nX: a fault was asked for"));
  check_dialogue(plain_options(), to("DROP-after-data", "S: 250\nC: DATA\nS: 354\nC: .\nX: a fault was asked for"));
}

TEST_CASE("a recipient asks for no answer", "[smtp]") {
  check_dialogue(plain_options(), to("timeout", "C: NOOP\n!timeout\nX: a fault was asked for"));
  check_dialogue(plain_options(), to("timeout-after-data",
                                     "S: 250\nC: DATA\nS: 354\nC: .\nC: QUIT\n!timeout\nX: a fault was asked for"));
}

TEST_CASE("a recipient asks for late replies, or that TLS fail the next time", "[smtp]") {
  Player player(plain_options());
  player.send("EHLO c.example\r\nMAIL FROM:<a@one.example>\r\n");
  player.drain();
  player.session.consume("RCPT TO:<slow@two.example>\r\n");
  const auto event = player.session.next();
  REQUIRE(event);
  CHECK(std::get<SendReply>(*event).slow);
  CHECK_FALSE(player.session.starttls_is_to_fail());
  player.session.consume("RCPT TO:<starttls-fail@two.example>\r\n");
  const auto refusal = player.session.next();
  REQUIRE(refusal);
  CHECK(std::get<SendReply>(*refusal).code == 451);
  CHECK(player.session.starttls_is_to_fail());
}

TEST_CASE("recipients are not looked at where that is not wanted", "[smtp]") {
  SessionOptions options = plain_options();
  options.faults.heed_recipients(false);
  check_dialogue(options, to("451", "S: 250"));
}

TEST_CASE("a server can fail at each step", "[smtp]") {
  check_dialogue(with_fault("connect=554"), "S: 554\nX: a fault was asked for");
  check_dialogue(with_fault("connect=drop"), "X: a fault was asked for");
  check_dialogue(with_fault("hello=451"), "S: 220\nC: EHLO c.example\nS: 451\nC: NOOP\nS: 250");
  check_dialogue(with_fault("starttls=454"),
                 "S: 220\nC: EHLO c.example\nS: 250-\nC: STARTTLS\nS: 454\nC: NOOP\nS: 250");
  check_dialogue(with_fault("starttls=drop"),
                 "S: 220\nC: EHLO c.example\nS: 250-\nC: STARTTLS\nS: 220\nX: a fault was asked for");
  check_dialogue(with_fault("mail=421"),
                 "S: 220\nC: EHLO c.example\nS: 250-\nC: MAIL FROM:<>\nS: 421\nX: a fault was asked for");
  check_dialogue(with_fault("rcpt=452"), to("b", "S: 452\nC: DATA\nS: 554"));
}

TEST_CASE("what is no fault is told", "[smtp]") {
  Faults faults;
  CHECK(
      faults.add("rcpt").value() ==
      "`rcpt` is no fault; write STEP=WHAT, with one of connect, hello, starttls, auth, mail, rcpt, data, message for "
      "STEP");
  for (const std::string_view text : {"rcpt=250", "rcpt=4511", "rcpt=", "nowhere=451", "=451", ""}) {
    CAPTURE(text);
    CHECK(faults.add(text));
  }
}
