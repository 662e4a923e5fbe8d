#include "dialogue.hpp"

#include <support/catch.hpp>

using namespace envelint;
using namespace envelint::smtp;
using namespace smtp_test;

TEST_CASE("EHLO announces what there is, and HELO nothing", "[smtp][session]") {
  SessionOptions options = auth_options();
  options.can_start_tls = true;
  options.xclient_from.add(net::Prefix::parse("192.0.2.0/24").value());
  Player player(options);
  CHECK(player.take() == "S: 220 mx.example ESMTP envelint\r\n");
  player.send("EHLO client.example\r\n");
  CHECK(player.take() ==
        "S: 250-mx.example greets client.example\r\n250-PIPELINING\r\n250-SIZE 33554432\r\n250-8BITMIME\r\n"
        "250-SMTPUTF8\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250-STARTTLS\r\n"
        "250-LIMITS MAILMAX=10000 RCPTMAX=1000\r\n250-AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2\r\n"
        "250-XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT\r\n250 HELP\r\n");
  player.send("HELO client.example\r\n");
  CHECK(player.take() == "S: 250 mx.example greets client.example\r\n");
}

TEST_CASE("a hidden extension is neither announced nor understood", "[smtp][session]") {
  const auto [extension, word, command, code] = GENERATE(table<Extension, std::string, std::string, std::string>({
      {Extension::size, "SIZE", "MAIL FROM:<a@one.example> SIZE=1", "S: 555"},
      {Extension::smtputf8, "SMTPUTF8", "MAIL FROM:<a@one.example> SMTPUTF8", "S: 555"},
      {Extension::dsn, "DSN", "MAIL FROM:<a@one.example> RET=FULL", "S: 555"},
      {Extension::chunking, "CHUNKING", "BDAT 0 LAST", "S: 502"},
      {Extension::starttls, "STARTTLS", "STARTTLS", "S: 502"},
      {Extension::auth, "AUTH", "AUTH PLAIN", "S: 502"},
      {Extension::enhanced_status_codes, "ENHANCEDSTATUSCODES", "NOOP", "S: 250 OK"},
  }));
  SessionOptions options = auth_options();
  options.can_start_tls = true;
  options.hidden.add(extension);
  Player player(options);
  player.take();
  player.send("EHLO client.example\r\n");
  CHECK(player.take().find(word) == std::string::npos);
  player.send(command + "\r\n");
  CHECK(player.take().substr(0, code.size()) == code);
}

TEST_CASE("the envelope has all that the client said", "[smtp][session][envelope]") {
  const auto messages = messages_of(auth_options(), R"(
    S: 220
    C: EHLO [192.0.2.1]
    S: 250-
    C: MAIL FROM:<a@one.example> SIZE=100 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159+2B AUTH=<>
    S: 250
    C: RCPT TO:<"b c"@two.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;Bob+40two.example
    S: 250
    C: RCPT TO:<@relay.example,@hub.example:d@three.example> NOTIFY=NEVER
    S: 250
    C: DATA
    S: 354
    C: .
    M: <a@one.example> -> <"b c"@two.example> <d@three.example> [0]
  )");
  const Envelope& envelope = messages.at(0).envelope;
  CHECK(envelope.peer.to_string() == "192.0.2.1");
  CHECK(envelope.client.address == envelope.peer);
  CHECK(envelope.client.port == 4711);
  CHECK(envelope.hello == Hello::ehlo);
  CHECK(envelope.hello_name == "[192.0.2.1]");
  CHECK(envelope.hello_valid);
  CHECK(envelope.protocol() == "UTF8SMTP");
  CHECK(envelope.from.size == 100);
  CHECK(envelope.from.body == Body::eight_bit_mime);
  CHECK(envelope.from.ret == Ret::headers);
  CHECK(envelope.from.envid == "QQ314159+");
  CHECK(envelope.from.auth == "<>");
  CHECK(envelope.from.parameters.size() == 6);
  CHECK(envelope.to.at(0).path.local_part == "b c");
  CHECK(envelope.to.at(0).notify->success);
  CHECK(envelope.to.at(0).notify->delay);
  CHECK_FALSE(envelope.to.at(0).notify->failure);
  CHECK(envelope.to.at(0).original->type == "rfc822");
  CHECK(envelope.to.at(0).original->address == "Bob@two.example");
  CHECK(envelope.to.at(1).path.route == std::vector<std::string>{"relay.example", "hub.example"});
  CHECK(envelope.to.at(1).path.local_part == "d");
  CHECK(envelope.to.at(1).path.domain == "three.example");
  CHECK(envelope.to.at(1).notify->never);
}

TEST_CASE("a message that came in chunks says so", "[smtp][session][envelope]") {
  const auto messages = messages_of(plain_options(), R"(
    S: 220
    C: EHLO client.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: BDAT 5 LAST
    R: new\r\n
    M: <a@one.example>
  )");
  CHECK(messages.at(0).envelope.by_chunks);
}

TEST_CASE("a host name that is none is told, and its mail is taken", "[smtp][session][envelope]") {
  const auto messages = messages_of(plain_options(), R"(
    S: 220
    C: EHLO my_container
    S: 250-
    C: MAIL FROM:<>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: .
    M: <> -> <b@two.example> [0]
  )");
  CHECK(messages.at(0).envelope.hello_name == "my_container");
  CHECK_FALSE(messages.at(0).envelope.hello_valid);
  CHECK(messages.at(0).envelope.from.path.is_null());
}

TEST_CASE("the transcript has what was said, with what is hidden made visible", "[smtp][session][transcript]") {
  CHECK(transcript_of(plain_options(), R"(
    S: 220
    C: HELO client.example
    S: 250
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<\xE2\x80\xAEb@two.example>
    S: 553
    C: RCPT TO:<b@two.example>
    S: 250
    C: DATA
    S: 354
    C: text
    C: .
    M: <a@one.example>
    V: 250 2.0.0 Stored
    S: 250
    !gone
    X: the client closed
  )") == R"(S: 220 mx.example ESMTP envelint
C: HELO client.example
S: 250 mx.example greets client.example
C: MAIL FROM:<a@one.example>
S: 250 2.1.0 Sender OK
C: RCPT TO:<\u{202E}b@two.example>
S: 553 5.6.7 The address is not ASCII: that needs SMTPUTF8 behind MAIL FROM:<...>
C: RCPT TO:<b@two.example>
S: 250 2.1.5 Recipient OK
C: DATA
S: 354 Send the message; a line with a single dot ends it
#: 6 octets
S: 250 2.0.0 Stored
-: the client closed the connection
)");
}

TEST_CASE("the envelope has the client that XCLIENT told of", "[smtp][session][xclient]") {
  SessionOptions options = plain_options();
  options.xclient_from.add(net::Prefix::parse("192.0.2.0/24").value());
  const auto messages = messages_of(options, R"(
    S: 220
    C: XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 HELO=spike+2Eexample LOGIN=joe DESTPORT=25
    S: 220 mx.example
    C: XCLIENT NAME=spike.example
    S: 220 mx.example
    C: EHLO proxy.example
    S: 250-
    C: MAIL FROM:<a@one.example>
    S: 250
    C: RCPT TO:<b@two.example>
    S: 250
    C: XCLIENT ADDR=198.51.100.1
    S: 503 5.5.1
    C: DATA
    S: 354
    C: .
    M: <a@one.example>
  )");
  const Envelope& envelope = messages.at(0).envelope;
  CHECK(envelope.peer.to_string() == "192.0.2.1");
  CHECK(envelope.client.address.to_string() == "2001:db8::1");
  CHECK(envelope.client.name == "spike.example");
  CHECK(envelope.client.hello == "spike.example");
  CHECK(envelope.client.source == Client::Source::xclient);
  CHECK_FALSE(envelope.identity.has_value());  // the second XCLIENT had no LOGIN
}

TEST_CASE("a deadline that passes ends the session in every state", "[smtp][session][hazard]") {
  const std::string state =
      GENERATE("", "R: EHL", "C: EHLO client.example", "C: EHLO client.example\nC: MAIL FROM:<a@one.example>",
               "C: EHLO client.example\nC: MAIL FROM:<a@one.example>\nC: RCPT TO:<b@two.example>",
               "C: EHLO client.example\nC: MAIL FROM:<a@one.example>\n"
               "C: RCPT TO:<b@two.example>\nC: DATA\nR: From: a",
               "C: EHLO client.example\nC: MAIL FROM:<a@one.example>\n"
               "C: RCPT TO:<b@two.example>\nC: BDAT 10\nR: From:",
               "C: EHLO client.example\nC: AUTH LOGIN");
  for (const std::string event : {"!timeout", "!shutdown"}) {
    Player player(auth_options());
    std::string_view rest = state;
    while (!rest.empty()) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      player.send(std::string(line.substr(3)) + (line.front() == 'C' ? "\r\n" : ""));
    }
    if (event == "!timeout") player.session.timed_out();
    if (event == "!shutdown") player.session.shutting_down();
    player.drain();
    std::vector<std::string> happened;
    for (std::string line = player.take(); !line.empty(); line = player.take()) happened.push_back(line);
    REQUIRE(happened.size() >= 2);
    CHECK(happened[happened.size() - 2].substr(0, 10) == (event == "!timeout" ? "S: 421 4.4" : "S: 421 4.3"));
    CHECK(happened.back().substr(0, 2) == "X:");
    CHECK(player.session.phase() == Phase::closed);
    CHECK(player.session.buffered() <= kMaxCommandLine);
  }
}
