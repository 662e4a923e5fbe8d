#include <support/catch.hpp>

#include <envelint/io/task_set.hpp>
#include <envelint/smtp/client.hpp>
#include <envelint/smtp/session.hpp>

#include <chrono>
#include <list>
#include <string>
#include <variant>
#include <vector>

using namespace envelint;
using namespace envelint::smtp;
using namespace std::chrono_literals;
using io::Connection;
using io::EventLoop;
using task::Task;

namespace {

const io::Endpoint kAnyPort(net::Address(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 0);

std::string shown(const TranscriptEntry& entry) {
  constexpr std::array<const char*, 4> kWho{"C: ", "#: ", "S: ", "-: "};
  return kWho[static_cast<std::size_t>(entry.who)] + entry.text + "\n";
}

/// A loop with a server on it that holds sessions, or says what a script has.
class World {
 public:
  World() : sessions_(loop) {
    auto opened = io::Listener::open(loop, kAnyPort);
    REQUIRE(opened);
    listener_.emplace(*std::move(opened));
    auto server = io::TlsContext::self_signed("mx.example");
    REQUIRE(server);
    server_tls_.emplace(*std::move(server));
    io::TlsClientOptions tls;
    tls.verify = false;
    auto client = io::TlsContext::client(tls);
    REQUIRE(client);
    client_tls_.emplace(*std::move(client));
    session.hostname = "mx.example";
    session.can_start_tls = true;
    options.hello = "client.example";
    options.server_name = "mx.example";
    options.tls_context = &*client_tls_;
    options.timeout = 30s;
    options.told = [this](const TranscriptEntry& entry) { transcript += shown(entry); };
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// A client on a connection to a session of SMTP.
  MailClient& client() {
    sessions_.start(hold_session());
    return connect();
  }

  /// A client on a connection to what sends these in turn: the first at once, each other one after it has got a line.
  /// With `!` at the end of one it hangs up then.
  MailClient& client_of(std::vector<std::string> script) {
    sessions_.start(play(std::move(script)));
    return connect();
  }

  std::optional<ClientFault> begin(MailClient& client) { return loop.run(client.begin()); }

  Mail mail(std::string bytes = "Subject: hello\r\n\r\nHello\r\n") {
    Mail out;
    out.from = "a@one.example";
    out.to = {"b@two.example"};
    out.bytes = std::make_shared<const std::string>(std::move(bytes));
    return out;
  }

  EventLoop loop{io::ClockKind::simulated};
  SessionOptions session;
  ClientOptions options;
  Reply verdict{250, "2.0.0", "Stored"};
  std::vector<Message> received;
  std::string transcript;
  std::string heard;  // by a script

 private:
  MailClient& connect() {
    auto stream = loop.run(io::Stream::connect(&loop, listener_->endpoint(), loop.after(1s)));
    REQUIRE(stream);
    return clients_.emplace_back(loop, Connection(*std::move(stream)), options);
  }

  Task<void> play(std::vector<std::string> script) {
    auto stream = co_await listener_->accept(loop.after(1h));
    Connection connection(*std::move(stream));
    std::array<char, 1000> buffer{};
    for (const std::string& words : script) {
      const bool hangs_up = words.ends_with('!');
      co_await connection.write(words.substr(0, words.size() - (hangs_up ? 1 : 0)), loop.after(1h));
      if (hangs_up) co_return;
      bool line = false;
      while (!line) {
        auto size = co_await connection.read_some(buffer, loop.after(1h));
        if (!size || *size == 0) co_return;
        line = std::string_view(buffer.data(), *size).contains('\n');
        heard.append(buffer.data(), *size);
      }
    }
  }

  Task<void> hold_session() {
    auto stream = co_await listener_->accept(loop.after(1h));
    Connection connection(*std::move(stream));
    if (session.tls) static_cast<void>(co_await connection.accept_tls(&*server_tls_, loop.after(1h)));
    Session here(session, kAnyPort.address);
    std::vector<char> buffer(10'000);
    while (true) {
      while (std::optional<Event> event = here.next()) {
        if (auto* reply = std::get_if<SendReply>(&*event)) co_await connection.write(reply->bytes, loop.after(1h));
        if (std::holds_alternative<StartTls>(*event)) {
          auto done = co_await connection.accept_tls(&*server_tls_, loop.after(1h));
          if (done) {
            here.tls_started({done->version, done->cipher, "", ""});
          } else {
            here.tls_failed();
          }
        }
        if (auto* message = std::get_if<Message>(&*event)) {
          received.push_back(std::move(*message));
          here.message_done(verdict);
        }
        if (std::holds_alternative<Close>(*event)) co_return;
      }
      auto size = co_await connection.read_some(buffer, loop.after(1h));
      if (!size || *size == 0) co_return;
      here.consume({buffer.data(), *size});
    }
  }

  std::optional<io::Listener> listener_;
  std::optional<io::TlsContext> server_tls_;
  std::optional<io::TlsContext> client_tls_;
  std::list<MailClient> clients_;
  io::TaskSet sessions_;
};

std::string fault_of(const std::optional<ClientFault>& fault) { return fault ? fault->words : "none"; }

}  // namespace

TEST_CASE("a mail goes from a client to a session, within TLS where it is offered", "[smtp][client]") {
  World world;
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  const Delivery done = world.loop.run(client.send(world.mail("Subject: dots\r\n\r\n.\r\n..a\r\n")));
  world.loop.run(client.quit());
  CHECK(done.all_accepted());
  CHECK(done.final->enhanced() == "2.0.0");
  CHECK(done.refusal() == nullptr);
  REQUIRE(world.received.size() == 1);
  CHECK(world.received[0].bytes == "Subject: dots\r\n\r\n.\r\n..a\r\n");
  CHECK(world.received[0].envelope.protocol() == "ESMTPS");
  CHECK(world.received[0].envelope.from.path.written == "a@one.example");
  CHECK(world.received[0].envelope.to.at(0).path.written == "b@two.example");
  CHECK(world.received[0].envelope.from.size == 25);
  CHECK(world.transcript.find("C: STARTTLS\n") != std::string::npos);
  CHECK(world.transcript.find("#: 25 octets\nC: .\nS: 250 2.0.0 Stored\nC: QUIT\nS: 221 2.0.0 ") != std::string::npos);
}

TEST_CASE("a mail goes the same way whatever the connection is like", "[smtp][client]") {
  World world;
  std::string expected = "ESMTP";
  SECTION("in the clear") { world.options.tls = ClientTls::none; }
  SECTION("one command after the other") {
    world.options.tls = ClientTls::none;
    world.options.pipelining = false;
  }
  SECTION("in chunks of three octets") {
    world.options.tls = ClientTls::none;
    world.options.chunk = 3;
  }
  SECTION("in one chunk") {
    world.options.tls = ClientTls::none;
    world.options.chunk = 0;
  }
  SECTION("with TLS from the first octet") {
    world.options.tls = ClientTls::implicit;
    world.session.tls = TlsInfo{"TLSv1.3", "", "", ""};
    expected = "ESMTPS";
  }
  SECTION("by LMTP") {
    world.options.tls = ClientTls::starttls;
    world.options.lmtp = true;
    world.session.lmtp = true;
    expected = "LMTPS";
  }
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  Mail mail = world.mail();
  mail.to.emplace_back("c@two.example");
  CHECK(world.loop.run(client.send(mail)).all_accepted());
  CHECK(world.loop.run(client.send(mail)).all_accepted());
  REQUIRE(world.received.size() == 2);
  CHECK(world.received[1].bytes == *mail.bytes);
  CHECK(world.received[1].envelope.to.size() == 2);
  CHECK(world.received[1].envelope.protocol() == expected);
  CHECK(world.received[1].envelope.by_chunks == world.options.chunk.has_value());
}

TEST_CASE("megabytes with many recipients are sent as they are", "[smtp][client]") {
  World world;
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  std::string bytes = "Subject: long\r\n\r\n";
  while (bytes.size() < 3'000'000) bytes += ".another line of it\r\n";
  Mail mail = world.mail(bytes);
  for (int i = 0; i < 350; ++i) mail.to.push_back("user" + std::to_string(i) + "@two.example");
  CHECK(world.loop.run(client.send(mail)).all_accepted());
  CHECK(world.received.at(0).bytes == bytes);
  CHECK(world.received.at(0).envelope.to.size() == 351);
}

TEST_CASE("a refused mail leaves the session good for the next one", "[smtp][client]") {
  World world;
  world.options.tls = ClientTls::none;
  world.options.pipelining = GENERATE(true, false);
  world.session.max_message = 1000;
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  Mail bad = world.mail();
  bad.to = {"not an address"};
  const Delivery none = world.loop.run(client.send(bad));
  CHECK_FALSE(none.all_accepted());
  CHECK(none.refusal()->code == 501);
  const Delivery large = world.loop.run(client.send(world.mail(std::string(2000, 'x') + "\r\n")));
  CHECK(large.mail->code == 552);
  CHECK(world.loop.run(client.send(world.mail())).all_accepted());
  CHECK(world.received.size() == 1);
}

TEST_CASE("some recipients may be refused and others not", "[smtp][client]") {
  World world;
  world.session.max_recipients = 2;
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  Mail mail = world.mail();
  mail.to = {"a@two.example", "b@two.example", "c@two.example"};
  const Delivery done = world.loop.run(client.send(mail));
  CHECK_FALSE(done.all_accepted());
  CHECK(done.to[1].accepted);
  CHECK_FALSE(done.to[2].accepted);
  CHECK(done.refusal()->code == 452);
  CHECK(world.received.at(0).envelope.to.size() == 2);
}

TEST_CASE("a verdict of the server on the whole message is told", "[smtp][client]") {
  World world;
  world.verdict = Reply(550, "5.7.1", "SPF says no");
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  const Delivery done = world.loop.run(client.send(world.mail()));
  CHECK_FALSE(done.all_accepted());
  CHECK(done.refusal()->text() == "5.7.1 SPF says no");
}

TEST_CASE("a user authenticates, and no secret is in the transcript", "[smtp][client][hazard]") {
  World world;
  world.session.auth.policy = AuthPolicy::listed;
  world.session.auth.users = {{"joe", "open sesame"}};
  world.session.auth.cram_challenge = "<1@mx.example>";
  world.options.credential = Credential{"joe", "open sesame"};
  world.options.mechanism = GENERATE(as<std::optional<Mechanism>>(), std::nullopt, Mechanism::plain, Mechanism::login,
                                     Mechanism::cram_md5, Mechanism::xoauth2);
  SECTION("with the right secret") {
    MailClient& client = world.client();
    CHECK(fault_of(world.begin(client)) == "none");
    CHECK(world.loop.run(client.send(world.mail())).all_accepted());
    CHECK(world.received.at(0).envelope.identity->user == "joe");
  }
  SECTION("with a wrong one") {
    world.options.credential->secret = "open barley";
    const auto fault = world.begin(world.client());
    REQUIRE(fault);
    CHECK(fault->kind == ClientFault::Kind::refused);
    CHECK(fault->reply->code == 535);
  }
  CHECK(world.transcript.find("open") == std::string::npos);
  CHECK(world.transcript.find("b3Blbi") == std::string::npos);
  CHECK(world.transcript.find("****") != std::string::npos);
}

TEST_CASE("a server that repeats a password is not repeated", "[smtp][client][hazard]") {
  World world;
  world.options.tls = ClientTls::none;
  world.options.clear_password = true;
  world.options.credential = Credential{"joe", "open sesame"};
  MailClient& client = world.client_of(
      {"220 mx\r\n", "250-mx\r\n250 AUTH PLAIN\r\n", "535-no: open sesame\r\n535 AGpvZQBvcGVuIHNlc2FtZQ==\r\n"});
  CHECK(fault_of(world.begin(client)) == "the server refused AUTH PLAIN: 535-no: ****\\n535 ****");
  CHECK(world.transcript.ends_with("C: AUTH PLAIN ****\nS: 535-no: ****\n535 ****\n"));
}

TEST_CASE("no password goes over a connection in the clear", "[smtp][client][hazard]") {
  World world;
  world.options.tls = ClientTls::none;
  world.options.credential = Credential{"joe", "open sesame"};
  MailClient& client = world.client_of({"220 mx\r\n", "250-mx\r\n250 AUTH PLAIN\r\n"});
  CHECK(fault_of(world.begin(client)) == "the server offers only AUTH that would send the password in the clear");
}

TEST_CASE("XCLIENT tells who the client is to be", "[smtp][client]") {
  World world;
  world.session.xclient_from.add(net::Prefix(kAnyPort.address));
  world.options.xclient = {{"ADDR", "192.0.2.7"}, {"NAME", "a b"}};
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  CHECK(world.loop.run(client.send(world.mail())).all_accepted());
  CHECK(world.received.at(0).envelope.client.address.to_string() == "192.0.2.7");
  CHECK(world.transcript.find("C: XCLIENT ADDR=192.0.2.7 NAME=a+20b\n") != std::string::npos);
}

TEST_CASE("a server that knows no EHLO is greeted with HELO", "[smtp][client]") {
  World world;
  MailClient& client = world.client_of({"220 mx\r\n", "502 what\r\n", "250 mx\r\n", "250 Ok\r\n", "250 Ok\r\n",
                                        "354 go\r\n", "250 Ok\r\n", "221 bye\r\n"});
  CHECK(fault_of(world.begin(client)) == "none");
  CHECK(world.loop.run(client.send(world.mail())).all_accepted());
  CHECK(world.transcript.find("C: HELO client.example\n") != std::string::npos);
}

TEST_CASE("STARTTLS that is wanted and not to be had is a fault", "[smtp][client][hazard]") {
  World world;
  world.options.tls = ClientTls::starttls;
  CHECK(fault_of(world.begin(world.client_of({"220 mx\r\n", "250 mx\r\n"}))) == "the server does not offer STARTTLS");
  CHECK(fault_of(world.begin(world.client_of({"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "454 no\r\n"}))) ==
        "the server refused STARTTLS: 454 no");
  CHECK(
      fault_of(world.begin(world.client_of({"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n", "what\r\n"}))) ==
      "the TLS handshake failed: what the server sent is not TLS (wrong version number)");
}

TEST_CASE("replies in the clear behind STARTTLS are thrown away, and the session ends", "[smtp][client][hazard]") {
  // CVE-2011-0411 and its kin, against clients: taken for replies within TLS they say whatever an attacker wants.
  World world;
  MailClient& client =
      world.client_of({"220 mx\r\n", "250-mx\r\n250 STARTTLS\r\n", "220 go\r\n250-mx\r\n250 AUTH PLAIN\r\n"});
  CHECK(fault_of(world.begin(client)) ==
        "the server sent `250-mx\\r\\n250 AUTH PLAIN\\r\\n` in the clear behind its reply to STARTTLS");
  CHECK(world.transcript.find("AUTH PLAIN") == std::string::npos);
}

TEST_CASE("servers that do not play by the rules are left in bounded time", "[smtp][client][hazard]") {
  World world;
  world.options.tls = ClientTls::none;
  const io::TimePoint start = world.loop.now();
  const auto [script, words] = GENERATE(table<std::vector<std::string>, std::string>({
      {{""}, "the server did not answer in time"},
      {{"220-wait\r\n"}, "the server did not answer in time"},
      {{"SSH-2.0-OpenSSH_9.2\r\n"}, "`SSH-2.0-OpenSSH_9.2` is no reply of SMTP"},
      {{"220 mx\r\n220 mx\r\n"}, "the server sent a reply that nothing was asked for: `220 mx\\r\\n`"},
      {{"220 mx\r\n", "250-mx\r\n251 DSN\r\n"}, "the lines of one reply have the codes 250 and 251"},
      {{"554 no\r\n"}, "the server refused the connection: 554 no"},
      {{"421 busy\r\n"}, "the server refused the connection: 421 busy"},
      {{"220 mx\r\n", "421 busy\r\n"}, "the server refused the greeting: 421 busy"},
      {{"220 mx\r\n", "550 no\r\n", "550 no\r\n"}, "the server refused the greeting: 550 no"},
      {{"220 " + std::string(5000, 'x')}, "a line of its reply has more than 2048 octets"},
  }));
  CHECK(fault_of(world.begin(world.client_of(script))) == words);
  CHECK(world.loop.now() - start <= 31s);
}

TEST_CASE("a server may end at any point of a mail", "[smtp][client][hazard]") {
  World world;
  world.options.tls = ClientTls::none;
  const auto [script, words] = GENERATE(table<std::vector<std::string>, std::string>({
      {{"250 Ok\r\n"}, "the server did not answer in time"},
      {{"250 Ok\r\n", "250 Ok\r\n", "354 go\r\n"}, "the server did not answer in time"},
      {{"250 Ok\r\n", "250 Ok\r\n", "354 go\r\n250 Ok\r\n"},
       "the server sent a reply that nothing was asked for: `250 Ok\\r\\n`"},
      {{"250 Ok\r\n", "250 Ok\r\n", "250 Ok\r\n"}, "the server answers DATA with 250"},
      {{"250 Ok\r\n", "250 Ok\r\n", "999\r\n"}, "`999` is no reply of SMTP"},
  }));
  std::vector<std::string> all{"220 mx\r\n", "250 mx\r\n"};
  all.insert(all.end(), script.begin(), script.end());
  if (words == "the server did not answer in time") all.emplace_back("");
  MailClient& client = world.client_of(all);
  REQUIRE(fault_of(world.begin(client)) == "none");
  const Delivery done = world.loop.run(client.send(world.mail()));
  CHECK(fault_of(done.fault) == words);
  CHECK_FALSE(done.all_accepted());
}

TEST_CASE("what a server says before it hangs up in the middle of a message is told", "[smtp][client]") {
  World world;
  world.options.tls = ClientTls::none;
  MailClient& client = world.client_of(
      {"220 mx\r\n", "250 mx\r\n", "250 Ok\r\n", "250 Ok\r\n", "354 go\r\n", "452 4.3.1 The disk is full\r\n!"});
  REQUIRE(fault_of(world.begin(client)) == "none");
  const Delivery done = world.loop.run(client.send(world.mail("\r\n" + std::string(20'000'000, 'x') + "\r\n")));
  CHECK(fault_of(done.fault) == "the server refused to read on: 452 4.3.1 The disk is full");
  CHECK(done.refusal()->code == 452);
}

TEST_CASE("354 for nobody gets an empty message", "[smtp][client]") {
  // RFC 2920 §3.1.
  World world;
  world.options.tls = ClientTls::none;
  MailClient& client = world.client_of({"220 mx\r\n", "250-mx\r\n250 PIPELINING\r\n",
                                        "250 Ok\r\n550 nobody\r\n354 go\r\n", "554 no valid recipients\r\n", ""});
  REQUIRE(fault_of(world.begin(client)) == "none");
  const Delivery done = world.loop.run(client.send(world.mail()));
  CHECK(fault_of(done.fault) == "none");
  CHECK(done.refusal()->text() == "nobody");
  CHECK(done.final->code == 554);
  CHECK(world.heard.ends_with("DATA\r\n.\r\n"));
  CHECK(world.transcript.find("octets") == std::string::npos);
}

TEST_CASE("no address can bring a command of its own", "[smtp][client][hazard]") {
  World world;
  MailClient& client = world.client();
  REQUIRE(fault_of(world.begin(client)) == "none");
  Mail mail = world.mail();
  mail.to = {"b@two.example>\r\nQUIT\r\nRCPT TO:<c@two.example"};
  CHECK(fault_of(world.loop.run(client.send(mail)).fault) ==
        "an address cannot hold a line end: RCPT TO:<b@two.example>\\r\\nQUIT\\r\\nRCPT TO:<c@two.example>");
  CHECK(world.received.empty());
}
