#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

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

TEST_CASE("nothing is read during a handshake, and none can succeed after it failed", "[smtp][tls][hazard]") {
  Player player(tls_options());
  player.send("EHLO c.example\r\nSTARTTLS\r\n");
  for (int i = 0; i < 4; ++i) player.take();
  CHECK_FALSE(player.session.wants_bytes());
  CHECK(player.session.phase() == Phase::tls_handshake);
  player.session.tls_failed();
  player.drain();
  CHECK(player.take() == "X: the TLS handshake failed");
  player.session.tls_started({"TLSv1.3", "", "", ""});
  player.drain();
  CHECK(player.take() == "");
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
