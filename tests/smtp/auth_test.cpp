#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

namespace {

SessionOptions listed() {
  SessionOptions options = auth_options();
  options.auth.policy = AuthPolicy::listed;
  options.auth.users = {{"joe", "secret"}, {"tim", "tanstaaftanstaaf"}, {"someuser@example.com", "token"}};
  return options;
}

const std::string kHello = R"(
    S: 220
    C: EHLO client.example
    S: 250-
)";

}  // namespace

TEST_CASE("PLAIN authenticates, with and without an initial response", "[smtp][auth]") {
  check_dialogue(listed(), kHello + R"(
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 235 2.7.0
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 503 5.5.1
  )");
  check_dialogue(listed(), kHello + R"(
    C: auth plain
    S: 334 
    C: AGpvZQB3cm9uZw==
    S: 535 5.7.8
    C: AUTH PLAIN
    S: 334 
    C: AGpvZQBzZWNyZXQ=
    S: 235 2.7.0
  )");
}

TEST_CASE("LOGIN asks for user and password", "[smtp][auth]") {
  check_dialogue(listed(), kHello + R"(
    C: AUTH LOGIN
    S: 334 VXNlcm5hbWU6
    C: am9l
    S: 334 UGFzc3dvcmQ6
    C: c2VjcmV0
    S: 235
  )");
  check_dialogue(listed(), kHello + R"(
    C: AUTH LOGIN am9l
    S: 334 UGFzc3dvcmQ6
    C: c2VjcmV0
    S: 235
  )");
}

TEST_CASE("CRAM-MD5 is right by the example of RFC 2195", "[smtp][auth]") {
  check_dialogue(listed(), kHello + R"(
    C: AUTH CRAM-MD5
    S: 334 PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+
    C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw
    S: 235
  )");
  check_dialogue(listed(), kHello + R"(
    C: AUTH CRAM-MD5
    S: 334
    C: dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkx
    S: 535
    C: AUTH CRAM-MD5 dGlt
    S: 501
  )");
}

TEST_CASE("CRAM-MD5 needs a challenge", "[smtp][auth]") {
  SessionOptions options = listed();
  options.auth.cram_challenge.clear();
  check_dialogue(options, kHello + R"(
    C: AUTH CRAM-MD5
    S: 504
  )");
}

TEST_CASE("XOAUTH2 takes a token, and tells an error before it refuses", "[smtp][auth]") {
  check_dialogue(listed(), kHello + R"(
    C: AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB4AQE=
    S: 334 eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIn0=
    C:
    S: 535 5.7.8
    C: AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB0b2tlbgEB
    S: 235
  )");
}

TEST_CASE("what is no response of the mechanism is 501, and the exchange is over", "[smtp][auth]") {
  const auto [mechanism, response] = GENERATE(table<std::string, std::string>({
      {"PLAIN", "*"},
      {"PLAIN", "!"},
      {"PLAIN", "am9l"},
      {"PLAIN", "AGpvZQ=="},
      {"PLAIN", "AAA="},
      {"PLAIN", "AGpvZQBzZWNyZXQ"},
      {"PLAIN", "AGpv ZQBzZWNyZXQ="},
      {"PLAIN", "NOOP"},
      {"PLAIN", ""},
      {"LOGIN", ""},
      {"CRAM-MD5", "dGlt"},
      {"XOAUTH2", "am9l"},
  }));
  check_dialogue(auth_options(), kHello + "C: AUTH " + mechanism + "\nS: 334\nC: " + response + R"(
    S: 501 5.
    C: NOOP
    S: 250
  )");
}

TEST_CASE("AUTH has its place: with TLS unless allowed, once, outside a transaction, after EHLO", "[smtp][auth]") {
  SessionOptions options = tls_options();
  options.auth.policy = AuthPolicy::any;
  check_dialogue(options, R"(
    S: 220
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 503 5.5.1 Say EHLO first
    C: EHLO client.example
    S: 250-
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 538 5.7.11
    C: STARTTLS
    S: 220
    T:
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 503 5.5.1
    C: RSET
    S: 250
    C: AUTH GSSAPI
    S: 504 5.5.4
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
    S: 235
  )");
}

TEST_CASE("passwords cannot be guessed for long", "[smtp][auth][limits][hazard]") {
  check_dialogue(listed(), kHello + R"(
    C: AUTH PLAIN AGpvZQB3cm9uZw==
    S: 535
    C: NOOP
    S: 250
    C: AUTH PLAIN AGpvZQB3cm9uZw==
    S: 535
    C: NOOP
    S: 250
    C: AUTH PLAIN AGpvZQB3cm9uZw==
    S: 421 4.7.0
    X: the client made too many errors
  )");
  check_dialogue(listed(), kHello + R"(
    C: AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB4AQE=
    S: 334
    C: *
    S: 535
    C: NOOP
    S: 250
    C: AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB4AQE=
    S: 334
    C: *
    S: 535
    C: NOOP
    S: 250
    C: AUTH XOAUTH2 dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB4AQE=
    S: 334
    C: *
    S: 421
    X: the client made too many errors
  )");
}

TEST_CASE("a secret is in no reply and no transcript", "[smtp][auth][transcript][hazard]") {
  const std::string script = GENERATE(R"(
    C: AUTH PLAIN AGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTH PLAIN\tAGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTH AGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTHPLAIN AGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTH FOO
    C: AGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTH PLAIN
    C: AGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTH LOGIN
    C: am9l
    C: AGpvZQBzZWNyZXQ=
  )",
                                      R"(
    C: AUTH PLAIN x
    C: AGpvZQBzZWNyZXQ=
  )");
  INFO(script);
  Player player(listed());
  player.send("EHLO client.example\r\n");
  std::string_view rest = script;
  while (rest.find("C: ") != std::string_view::npos) {
    rest.remove_prefix(rest.find("C: ") + 3);
    player.send(unescaped(rest.substr(0, rest.find('\n'))) + "\r\n");
  }
  std::string all;
  for (std::string line = player.take(); !line.empty(); line = player.take()) all += line;
  for (const TranscriptEntry& entry : player.transcript) all += entry.text + "\n";
  CHECK(all.find("AGpvZQ") == std::string::npos);
  CHECK(all.find("****") != std::string::npos);
}

TEST_CASE("a secret is kept only where that is asked for", "[smtp][auth]") {
  for (const bool keep : {false, true}) {
    SessionOptions options = auth_options();
    options.auth.keep_secrets = keep;
    const auto messages = messages_of(options, kHello + R"(
      C: AUTH PLAIN am9lAHRpbQB4
      S: 235
      C: MAIL FROM:<>
      S: 250
      C: RCPT TO:<b@two.example>
      S: 250
      C: DATA
      S: 354
      C: .
      M: <>
    )");
    const Identity& identity = messages.at(0).envelope.identity.value();
    CHECK(identity.mechanism == "PLAIN");
    CHECK(identity.authorization == "joe");
    CHECK(identity.user == "tim");
    CHECK(identity.secret == (keep ? std::optional<std::string>("x") : std::nullopt));
  }
}

TEST_CASE("lines of AUTH may be long, but not of any length", "[smtp][auth][limits]") {
  const std::string token(8000, 'x');
  const auto line = [](std::size_t size) { return "AUTH PLAIN " + std::string(size - 13, 'A') + "\r\n"; };
  Player player(auth_options());
  player.take();
  player.send("EHLO client.example\r\n");
  player.take();
  player.send(line(12288));
  CHECK(player.take().substr(0, 12) == "S: 501 5.5.2");
  player.send(line(12289));
  CHECK(player.take().substr(0, 12) == "S: 500 5.5.2");
  player.send("AUTH PLAIN\r\n" + std::string(12287, 'A') + "\r\n");
  CHECK(player.take().substr(0, 6) == "S: 334");
  CHECK(player.take().substr(0, 12) == "S: 500 5.5.6");
  player.send("NOOP\r\n");
  CHECK(player.take().substr(0, 6) == "S: 250");
}
