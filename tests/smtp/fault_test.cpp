#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

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
