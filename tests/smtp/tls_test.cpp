#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

TEST_CASE("TLS begins with STARTTLS, and all is forgotten that was said before", "[smtp][tls][hazard]") {
  SessionOptions options = tls_options();
  options.auth = auth_options().auth;
  check_dialogue(options, R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 235
    C: MAIL FROM:<a@one.example>
    S: 250
    C: STARTTLS
    S: 220 2.0.0
    T:
    C: RCPT TO:<b@two.example>
    S: 503 5.5.1 Say EHLO first
    C: EHLO client.example
    S: 250-
    C: STARTTLS
    S: 503 5.5.1
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 235
    C: MAIL FROM:<a@one.example>
    S: 250
  )");
}

TEST_CASE("what XCLIENT said in clear is forgotten too", "[smtp][tls][xclient]") {
  SessionOptions options = tls_options();
  options.xclient_from.add(net::Prefix::parse("192.0.2.1").value());
  Player player(options);
  player.send("XCLIENT ADDR=198.51.100.1\r\n");
  CHECK(player.session.client().address.to_string() == "198.51.100.1");
  player.send("EHLO c.example\r\nSTARTTLS\r\n");
  player.session.tls_started({"TLSv1.3", "", "", ""});
  CHECK(player.session.client().address.to_string() == "192.0.2.1");
}

TEST_CASE("commands in clear behind STARTTLS are thrown away, and the session ends", "[smtp][tls][hazard]") {
  // CVE-2011-0411 and its kin: an attacker puts commands behind STARTTLS, which are then run as if they came within TLS.
  for (const Cut& cut : all_cuts()) {
    Player player(tls_options(), cut);
    // The server reads on for a moment before it begins the handshake.
    player.send("EHLO c.example\r\nSTARTTLS\r\nEHLO c.example\r\nMAIL FROM:<evil@one.example>\r\n");
    CHECK(player.take().substr(0, 6) == "S: 220");
    CHECK(player.take().substr(0, 6) == "S: 250");
    CHECK(player.take().substr(0, 6) == "S: 220");
    CHECK(player.take() == "T:");
    CHECK(player.take() == "");
    player.session.tls_started({"TLSv1.3", "", "", ""});
    player.drain();
    CHECK(player.take().substr(0, 12) == "S: 421 4.7.0");
    CHECK(player.take() == "X: the client sent commands in clear behind STARTTLS");
    player.send("QUIT\r\n");
    CHECK(player.take() == "");
    CHECK(player.session.buffered() == 0);
  }
}

TEST_CASE("a failed handshake, or one that takes too long, ends the session without a word", "[smtp][tls][hazard]") {
  const auto [event, why] = GENERATE(table<std::string, std::string>({
      {"!tls-failed", "the TLS handshake failed"},
      {"!timeout", "the client was silent for too long"},
      {"!shutdown", "the server is shutting down"},
      {"!gone", "the client closed the connection"},
  }));
  Player player(tls_options());
  player.send("EHLO c.example\r\nSTARTTLS\r\n");
  for (int i = 0; i < 4; ++i) player.take();
  CHECK_FALSE(player.session.wants_bytes());
  CHECK(player.session.phase() == Phase::tls_handshake);
  if (event == "!tls-failed") player.session.tls_failed();
  if (event == "!timeout") player.session.timed_out();
  if (event == "!shutdown") player.session.shutting_down();
  if (event == "!gone") player.session.peer_closed();
  player.drain();
  CHECK(player.take() == "X: " + why);
  player.session.tls_started({"TLSv1.3", "", "", ""});
  player.drain();
  CHECK(player.take() == "");
}

TEST_CASE("STARTTLS is refused where there is none, and before EHLO", "[smtp][tls]") {
  check_dialogue(plain_options(), R"(
    S: 220
    C: STARTTLS
    S: 503 5.5.1
    C: EHLO client.example
    S: 250-
    C: STARTTLS
    S: 502 5.5.1
    C: STARTTLS now
    S: 501 5.5.4
  )");
}

TEST_CASE("where TLS is required, nothing of mail goes in clear", "[smtp][tls]") {
  SessionOptions options = tls_options();
  options.require_tls = true;
  options.auth = auth_options().auth;
  const std::string command = GENERATE("MAIL FROM:<a@one.example>", "RCPT TO:<b@two.example>", "DATA", "VRFY a",
                                       "AUTH PLAIN AGpvZQBzZWNyZXQ=", "BDAT 0 LAST");
  check_dialogue(options, R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: )" + command + R"(
    S: 530 5.7.0 Say STARTTLS first
    C: NOOP
    S: 250
    C: STARTTLS
    S: 220
    T:
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
  )");
}

TEST_CASE("REQUIRETLS is offered within TLS only", "[smtp][tls]") {
  check_dialogue(tls_options(), R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example> REQUIRETLS
    S: 555 5.5.4 REQUIRETLS is offered within TLS only
    C: STARTTLS
    S: 220
    T:
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example> REQUIRETLS
    S: 250
  )");
}

TEST_CASE("a message received within TLS says so", "[smtp][tls][envelope]") {
  SessionOptions options = plain_options();
  options.tls = TlsInfo{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "", ""};
  options.auth.policy = AuthPolicy::any;
  const auto messages = messages_of(options, R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 235
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: .
    M: <a@one.example>
  )");
  CHECK(messages.at(0).envelope.protocol() == "ESMTPSA");
  CHECK(messages.at(0).envelope.tls->version == "TLSv1.3");
  CHECK(messages.at(0).envelope.identity->user == "joe");
}
