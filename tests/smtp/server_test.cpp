#include <support/catch.hpp>

#include <envelint/io/connection.hpp>
#include <envelint/io/signal.hpp>
#include <envelint/io/stream.hpp>
#include <envelint/io/task_set.hpp>
#include <envelint/smtp/server.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace envelint;
using namespace envelint::smtp;
using namespace std::chrono_literals;

namespace {

/// Takes every message, and remembers what happened.
class Taker : public Handler {
 public:
  void session_started(const SessionStart& start) override { started.push_back(start.id); }
  task::Task<std::vector<Reply>> message(SessionId /*session*/, std::unique_ptr<Message> message) override {
    messages.push_back(message->bytes);
    if (hold != nullptr) {
      io::Signal::Wait wait = hold->wait(io::Deadline::never());
      co_await wait;
    }
    co_return std::vector{Reply(250, "2.0.0", "Taken")};
  }
  void message_refused(SessionId /*session*/, MessageRefused refused) override {
    refusals.push_back(refused.reply.code());
  }
  void session_ended(SessionEnd end) override { (told != nullptr ? told : this)->ends.push_back(std::move(end)); }
  [[nodiscard]] bool ready() const override { return is_ready; }

  std::vector<SessionId> started;
  std::vector<std::string> messages;
  std::vector<int> refusals;
  std::vector<SessionEnd> ends;
  io::Signal* hold = nullptr;
  Taker* told = nullptr;  // who keeps the ends, where that is another
  bool is_ready = true;
};

/// A server and its clients on one loop. Time is simulated: minutes pass at once when nobody has anything to do.
struct Place {
  explicit Place(ServerOptions options = {}, ListenOptions where = {}) : server(loop, taker, std::move(options)) {
    where.endpoint = io::Endpoint(net::Address::parse("127.0.0.1").value(), 0);
    endpoint = server.listen(where).value();
  }

  io::EventLoop loop{io::ClockKind::simulated};
  Taker taker;
  Server server;
  io::Endpoint endpoint;
};

/// A client that says what it is told.
class Caller {
 public:
  explicit Caller(Place& place)
      : loop_(place.loop),
        connection_(place.loop.run(io::Stream::connect(&place.loop, place.endpoint, soon())).value()) {}

  void say(std::string octets) { REQUIRE_FALSE(loop_.run(connection_.write(std::move(octets), soon()))); }
  /// What comes until there are so many lines, or the end of the connection.
  std::string hear(std::size_t lines) {
    while (static_cast<std::size_t>(std::ranges::count(heard_, '\n')) < lines) {
      std::string buffer(4096, '\0');
      const auto size = loop_.run(connection_.read_some(buffer, io::Deadline::never()));
      if (!size || *size == 0) return std::exchange(heard_, {}) + "<end>";
      heard_ += buffer.substr(0, *size);
    }
    std::size_t end = 0;
    for (std::size_t i = 0; i < lines; ++i) end = heard_.find('\n', end) + 1;
    const std::string out = heard_.substr(0, end);
    heard_.erase(0, end);
    return out;
  }
  std::string ask(std::string line) {
    say(line + "\r\n");
    return hear(1);
  }
  io::Connection& connection() { return connection_; }

 private:
  io::Deadline soon() { return loop_.after(10s); }

  io::EventLoop& loop_;
  io::Connection connection_;
  std::string heard_;
};

void expect(const std::string& heard, std::string_view start) {
  CAPTURE(heard);
  CHECK(std::string_view(heard).starts_with(start));
}

void greet(Caller& client) {
  expect(client.hear(1), "220 localhost");
  expect(client.ask("HELO c.example"), "250 ");
}

/// All of the reply to EHLO.
void offer(Caller& client) {
  std::string line = client.ask("EHLO c.example");
  while (line.starts_with("250-")) line = client.hear(1);
  expect(line, "250 ");
}

void begin_message(Caller& client) {
  greet(client);
  expect(client.ask("MAIL FROM:<a@one.example>"), "250 ");
  expect(client.ask("RCPT TO:<b@two.example>"), "250 ");
  expect(client.ask("DATA"), "354 ");
}

}  // namespace

TEST_CASE("a message is taken over a socket, whole as it was sent", "[smtp][server]") {
  Place place;
  Caller client(place);
  begin_message(client);
  client.say("Subject: x\r\n\r\n..dot\r\n.\r\nQUIT\r\n");
  expect(client.hear(1), "250 2.0.0 Taken");
  expect(client.hear(1), "221 ");
  CHECK(client.hear(1) == "<end>");
  CHECK(place.taker.messages == std::vector<std::string>{"Subject: x\r\n\r\n.dot\r\n"});
  REQUIRE(place.taker.ends.size() == 1);
  CHECK(place.taker.ends.front().why == "the client said goodbye");
  CHECK(place.taker.ends.front().messages == 1);
  CHECK(place.server.sessions() == 0);
  CHECK(place.server.held() == 0);
}

TEST_CASE("a client that is silent is told so after five minutes", "[smtp][server]") {
  Place place;
  Caller client(place);
  greet(client);
  const io::TimePoint before = place.loop.now();
  expect(client.hear(1), "421 4.4.2");
  CHECK(place.loop.now() - before >= 5min);
  CHECK(place.loop.now() - before < 6min);
  CHECK(client.hear(1) == "<end>");
}

TEST_CASE("an octet now and then gains no time for a command", "[smtp][server]") {
  Place place;
  Caller client(place);
  greet(client);
  const io::TimePoint before = place.loop.now();
  for (int i = 0; i < 4; ++i) {
    client.say("N");
    place.loop.run(io::sleep_until(&place.loop, place.loop.after(1min)));
  }
  expect(client.hear(1), "421 4.4.2");
  CHECK(place.loop.now() - before < 6min);
}

TEST_CASE("a message has to come at a least rate", "[smtp][server]") {
  Place place;
  Caller client(place);
  begin_message(client);
  SECTION("one that trickles is given up") {
    const io::TimePoint before = place.loop.now();
    client.say("a");
    place.loop.run(io::sleep_until(&place.loop, place.loop.after(50s)));
    client.say("b");
    expect(client.hear(1), "421 4.4.2");
    CHECK(place.loop.now() - before < 2min);
    CHECK(place.taker.messages.empty());
  }
  SECTION("a slow line is no fault") {
    for (int i = 0; i < 5; ++i) {
      client.say(std::string(7000, 'a') + "\r\n");
      place.loop.run(io::sleep_until(&place.loop, place.loop.after(59s)));
    }
    client.say("x\r\n.\r\n");
    expect(client.hear(1), "550 5.6.0");  // its lines are too long, which is said at the end
  }
}

TEST_CASE("who comes when there is no room is sent away", "[smtp][server]") {
  ServerOptions options;
  options.max_sessions = 2;
  Place place(options);
  Caller one(place);
  Caller two(place);
  expect(one.hear(1), "220 ");
  expect(two.hear(1), "220 ");
  Caller three(place);
  expect(three.hear(1), "421 4.3.2");
  expect(one.ask("QUIT"), "221 ");
  CHECK(one.hear(1) == "<end>");
  Caller four(place);
  expect(four.hear(1), "220 ");
}

TEST_CASE("messages share a budget of memory", "[smtp][server]") {
  ServerOptions options;
  options.max_held = 1 << 20;
  Place place(options);
  Caller small(place);
  begin_message(small);
  Caller large(place);
  begin_message(large);
  const std::string line = std::string(900, 'a') + "\r\n";
  std::string much;
  while (much.size() < (std::size_t{2} << 20)) much += line;
  // It is sent away in the middle of what it says.
  static_cast<void>(place.loop.run(large.connection().write(much, place.loop.after(10s))));
  expect(large.hear(1), "421 4.3.1");
  small.say("x\r\n.\r\n");
  expect(small.hear(1), "250 ");
  CHECK(place.taker.messages.size() == 1);
  CHECK(place.server.held() <= options.max_held);
}

TEST_CASE("a server that stops tells its clients", "[smtp][server]") {
  Place place;
  Caller idle(place);
  greet(idle);
  io::Signal judged(place.loop);
  place.taker.hold = &judged;
  Caller judging(place);
  begin_message(judging);
  judging.say("x\r\n.\r\n");
  place.loop.run(io::sleep_until(&place.loop, place.loop.after(1s)));
  REQUIRE(place.taker.messages.size() == 1);
  place.server.stop();
  expect(idle.hear(1), "421 4.3.2");
  judged.set();
  expect(judging.hear(1), "250 2.0.0 Taken");
  expect(judging.hear(1), "421 4.3.2");
  place.loop.run(place.server.ended(place.loop.after(10s)));
  CHECK(place.server.sessions() == 0);
}

TEST_CASE("what was said in a session that is cut off is not lost", "[smtp][server]") {
  Taker taker;
  {
    Place place;
    Caller client(place);
    begin_message(client);
    place.taker.told = &taker;
  }
  REQUIRE(taker.ends.size() == 1);
  CHECK(taker.ends.front().why == "the server was ended");
  CHECK(taker.ends.front().transcript.size() >= 8);
}

TEST_CASE("a client that says no more still gets its answers", "[smtp][server]") {
  Place place;
  Caller client(place);
  begin_message(client);
  client.say("x\r\n.\r\n");
  client.connection().finish_writing();
  expect(client.hear(1), "250 2.0.0 Taken");
  CHECK(client.hear(1) == "<end>");
}

TEST_CASE("a client that goes away is forgotten", "[smtp][server]") {
  Place place;
  {
    Caller client(place);
    begin_message(client);
    client.say("half a mess");
    client.connection().abort();
  }
  place.loop.run(io::sleep_until(&place.loop, place.loop.after(1s)));
  CHECK(place.server.sessions() == 0);
  CHECK(place.server.held() == 0);
  CHECK(place.taker.messages.empty());
  REQUIRE(place.taker.ends.size() == 1);
  CHECK(place.taker.ends.front().why == "the client closed the connection");
}

TEST_CASE("TLS begins in place, and what came in clear behind STARTTLS ends it", "[smtp][server]") {
  ServerOptions options;
  options.tls = io::TlsContext::self_signed("localhost").value();
  Place place(options);
  io::TlsClientOptions trusting;
  trusting.verify = false;
  const io::TlsContext context = io::TlsContext::client(trusting).value();
  const auto handshake = [&](Caller& client) {
    return place.loop.run(client.connection().connect_tls(&context, "localhost", place.loop.after(10s))).has_value();
  };
  Caller client(place);
  expect(client.hear(1), "220 ");
  offer(client);
  SECTION("a session within TLS") {
    expect(client.ask("STARTTLS"), "220 ");
    REQUIRE(handshake(client));
    expect(client.ask("MAIL FROM:<a@one.example>"), "503 ");  // all is forgotten
    expect(client.ask("QUIT"), "221 ");
    place.loop.run(io::sleep_until(&place.loop, place.loop.after(1s)));
    REQUIRE(place.taker.ends.size() == 1);
    REQUIRE(place.taker.ends.front().tls);
    CHECK(place.taker.ends.front().tls->version == "TLSv1.3");
  }
  SECTION("a client that says no TLS is closed without a word") {
    expect(client.ask("STARTTLS"), "220 ");
    client.say("NOOP\r\nNOOP\r\n");
    CHECK(client.hear(1).ends_with("<end>"));
    REQUIRE(place.taker.ends.size() == 1);
    CHECK(place.taker.ends.front().why == "the TLS handshake failed");
  }
}

TEST_CASE("TLS can be there from the first octet", "[smtp][server]") {
  ServerOptions options;
  options.tls = io::TlsContext::self_signed("localhost").value();
  ListenOptions where;
  where.implicit_tls = true;
  Place place(options, where);
  io::TlsClientOptions trusting;
  trusting.verify = false;
  const io::TlsContext context = io::TlsContext::client(trusting).value();
  Caller client(place);
  REQUIRE(place.loop.run(client.connection().connect_tls(&context, "localhost", place.loop.after(10s))));
  greet(client);
}

TEST_CASE("a server without a certificate cannot listen for TLS", "[smtp][server]") {
  Place place;
  ListenOptions where;
  where.endpoint = io::Endpoint(net::Address::parse("127.0.0.1").value(), 0);
  where.implicit_tls = true;
  CHECK(place.server.listen(where).error() == std::errc::invalid_argument);
}

TEST_CASE("a recipient can ask for late replies, and for the next STARTTLS to fail", "[smtp][server]") {
  ServerOptions options;
  options.tls = io::TlsContext::self_signed("localhost").value();
  Place place(options);
  {
    Caller client(place);
    greet(client);
    expect(client.ask("MAIL FROM:<a@one.example>"), "250 ");
    const io::TimePoint before = place.loop.now();
    expect(client.ask("RCPT TO:<slow@two.example>"), "250 ");
    CHECK(place.loop.now() - before >= 1s);
    expect(client.ask("RCPT TO:<starttls-fail@two.example>"), "451 ");
    expect(client.ask("QUIT"), "221 ");
    CHECK(client.hear(1) == "<end>");
  }
  Caller second(place);
  expect(second.hear(1), "220 ");
  offer(second);
  expect(second.ask("STARTTLS"), "220 ");
  CHECK(second.hear(1) == "<end>");
  Caller third(place);
  expect(third.hear(1), "220 ");
  offer(third);
  expect(third.ask("STARTTLS"), "220 ");
  third.say("this is no TLS\r\n");
  CHECK(third.hear(1).ends_with("<end>"));
  CHECK(place.taker.ends.back().why == "the TLS handshake failed");  // not a fault any more
}

TEST_CASE("a server whose handler is not ready takes no connection until it is", "[smtp][server]") {
  Place place;
  place.taker.is_ready = false;
  // The one that is being waited for is still taken.
  Caller first(place);
  expect(first.hear(1), "220 ");
  Caller second(place);
  place.loop.run(io::sleep_until(&place.loop, place.loop.after(1s)));
  CHECK(place.server.sessions() == 1);
  place.taker.is_ready = true;
  expect(second.hear(1), "220 ");
}
