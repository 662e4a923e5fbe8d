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
