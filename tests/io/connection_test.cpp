#include <support/catch.hpp>

#include <envelint/io/connection.hpp>
#include <envelint/io/task_set.hpp>
#include <envelint/task/gather.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace envelint;
using namespace envelint::io;
using namespace std::chrono_literals;
using task::Task;

namespace {

const Endpoint kAnyPort(net::Address(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 0);
using Summary = std::expected<TlsSummary, std::string>;

/// A folder for PEM files that goes with the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "envelint-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Both ends of a TCP connection on one loop, on a clock that jumps.
struct Pair {
  Pair() {
    auto listener = Listener::open(loop, kAnyPort);
    REQUIRE(listener);
    loop.run(connect(&*listener));
  }

  Task<void> connect(Listener* listener) {
    auto near = co_await Stream::connect(&loop, listener->endpoint(), loop.after(1s));
    auto far = co_await listener->accept(loop.after(1s));
    client.emplace(*std::move(near));
    server.emplace(*std::move(far));
  }

  [[nodiscard]] Deadline hour() const { return loop.after(1h); }

  EventLoop loop{ClockKind::simulated};
  std::optional<Connection> client;
  std::optional<Connection> server;
};

TlsContext client_context(bool verify = false, std::string ca_file = {}) {
  TlsClientOptions options;
  options.verify = verify;
  options.ca_file = std::move(ca_file);
  auto context = TlsContext::client(options);
  REQUIRE(context);
  return *std::move(context);
}

TlsContext server_context() {
  auto context = TlsContext::self_signed("mx.example.com");
  REQUIRE(context);
  return *std::move(context);
}

Task<Summary> keep(Task<Summary> handshake, Summary* out) {
  *out = co_await std::move(handshake);
  co_return *out;
}

struct Handshake {
  Summary client = std::unexpected("not begun");
  Summary server = std::unexpected("not begun");
};

Handshake shake_hands(Pair& pair, const TlsContext& of_server, const TlsContext& of_client, std::string name) {
  Handshake out;
  std::vector<Task<Summary>> both;
  both.push_back(keep(pair.server->accept_tls(&of_server, pair.hour()), &out.server));
  both.push_back(keep(pair.client->connect_tls(&of_client, std::move(name), pair.hour()), &out.client));
  static_cast<void>(pair.loop.run(task::gather(std::move(both))));
  return out;
}

/// Both ends with TLS on.
struct TlsPair : Pair {
  TlsPair() {
    const Handshake done = shake_hands(*this, server_context(), client_context(), "mx.example.com");
    REQUIRE(done.client);
    REQUIRE(done.server);
  }
};

Task<std::string> read_all(Connection* from, Deadline until) {
  std::string out;
  std::vector<char> buffer(50'000);
  while (true) {
    auto size = co_await from->read_some(buffer, until);
    if (!size) co_return "error: " + size.error().message();
    if (*size == 0) co_return out;
    out.append(buffer.data(), *size);
  }
}

Task<std::string> read_some(Connection* from, Deadline until) {
  std::array<char, 1000> buffer{};
  auto size = co_await from->read_some(buffer, until);
  co_return size ? std::string(buffer.data(), *size) : "error: " + size.error().message();
}

Task<std::string> write_and_finish(Connection* to, std::string bytes, Deadline until) {
  const std::error_code error = co_await to->write(std::move(bytes), until);
  to->finish_writing();
  co_return error ? error.message() : "written";
}

/// Both sides write all of it while they read what the other one writes.
template <typename Pair>
std::vector<std::string> exchange(Pair& pair, const std::string& from_client, const std::string& from_server) {
  std::vector<Task<std::string>> tasks;
  tasks.push_back(write_and_finish(&*pair.client, from_client, pair.hour()));
  tasks.push_back(write_and_finish(&*pair.server, from_server, pair.hour()));
  tasks.push_back(read_all(&*pair.client, pair.hour()));
  tasks.push_back(read_all(&*pair.server, pair.hour()));
  return pair.loop.run(task::gather(std::move(tasks)));
}

std::string numbers(std::size_t octets) {
  std::string out;
  while (out.size() < octets) out += std::to_string(out.size()) + ' ';
  return out;
}

std::string error_of(const std::expected<TlsContext, std::string>& context) {
  return context ? "none" : context.error();
}

}  // namespace

TEST_CASE("a connection begins in the clear", "[io]") {
  Pair pair;
  CHECK_FALSE(pair.client->is_tls());
  CHECK(exchange(pair, "hello", "welcome") == std::vector<std::string>{"written", "written", "welcome", "hello"});
}

TEST_CASE("both ends know their addresses", "[io]") {
  Pair pair;
  REQUIRE(pair.client->local());
  CHECK(pair.client->local() == pair.server->peer());
  CHECK(pair.client->peer() == pair.server->local());
}

TEST_CASE("a connection becomes TLS in place, after words in the clear", "[io]") {
  Pair pair;
  CHECK_FALSE(pair.loop.run(pair.client->write("STARTTLS\r\n", pair.hour())));
  CHECK(pair.loop.run(read_some(&*pair.server, pair.hour())) == "STARTTLS\r\n");
  const Handshake done = shake_hands(pair, server_context(), client_context(), "mx.example.com");
  REQUIRE(done.client);
  REQUIRE(done.server);
  CHECK(done.server->version == "TLSv1.3");
  CHECK(done.server->cipher == done.client->cipher);
  CHECK(done.server->server_name == "mx.example.com");
  CHECK(done.server->peer_certificate.empty());
  CHECK(done.server->verify_error.empty());
  CHECK(done.client->peer_certificate == "CN=mx.example.com");
  CHECK(pair.client->is_tls());
  CHECK(exchange(pair, "hello", "welcome") == std::vector<std::string>{"written", "written", "welcome", "hello"});
}

TEST_CASE("megabytes go both ways at once, in the clear and in TLS", "[io]") {
  const std::string there = numbers(5'000'000);
  const std::string back = numbers(3'000'000);
  Pair plain;
  CHECK(exchange(plain, there, back) == std::vector<std::string>{"written", "written", back, there});
  TlsPair tls;
  CHECK(exchange(tls, there, back) == std::vector<std::string>{"written", "written", back, there});
}

TEST_CASE("a certificate that is not trusted is told, and refused by who verifies", "[io]") {
  Pair lenient;
  const Handshake taken = shake_hands(lenient, server_context(), client_context(), "mx.example.com");
  REQUIRE(taken.client);
  CHECK_FALSE(taken.client->verified);
  CHECK(taken.client->verify_error == "self-signed certificate");
  Pair strict;
  const Handshake refused = shake_hands(strict, server_context(), client_context(true), "mx.example.com");
  CHECK(refused.client.error() == "the server's certificate is not to be trusted: self-signed certificate");
  CHECK(refused.server.error() == "the client refused with the alert `unknown ca`");
}

TEST_CASE("a certificate is verified for the name or the address asked for", "[io]") {
  const Folder folder;
  const TlsContext server = server_context();
  const TlsContext client = client_context(true, folder.write("ca.pem", server.certificate_pem()));
  const auto verified = [&](const char* name) -> std::string {
    Pair pair;
    const Handshake done = shake_hands(pair, server, client, name);
    return !done.client ? done.client.error() : done.client->verified ? "yes" : "no";
  };
  CHECK(verified("mx.example.com") == "yes");
  CHECK(verified("mx.example.com.") == "yes");
  CHECK(verified("localhost") == "yes");
  CHECK(verified("127.0.0.1") == "yes");
  CHECK(verified("::1") == "yes");
  CHECK(verified("example.com") == "the server's certificate is not to be trusted: hostname mismatch");
  CHECK(verified("192.0.2.1") == "the server's certificate is not to be trusted: IP address mismatch");
  CHECK(verified("") == "`` is no name that a certificate can be verified for");
  CHECK(verified(std::string(300, 'a').c_str()).ends_with("is no name that a certificate can be verified for"));
}

TEST_CASE("addresses are not asked for by name", "[io]") {
  Pair pair;
  const Handshake done = shake_hands(pair, server_context(), client_context(), "127.0.0.1");
  REQUIRE(done.server);
  CHECK(done.server->server_name.empty());
}

TEST_CASE("a client that does not speak TLS is told from one that went away", "[io]") {
  const TlsContext context = server_context();
  Pair chatty;
  CHECK_FALSE(chatty.loop.run(chatty.client->write("EHLO client.example\r\n", chatty.hour())));
  const Summary garbage = chatty.loop.run(chatty.server->accept_tls(&context, chatty.hour()));
  CHECK(garbage.error() == "what the client sent is not TLS (wrong version number)");
  CHECK(chatty.loop.run(read_some(&*chatty.server, chatty.hour())).starts_with("error: "));
  CHECK(chatty.loop.run(chatty.server->write("in the clear", chatty.hour())));

  Pair gone;
  CHECK_FALSE(gone.loop.run(gone.client->write("\x16\x03\x01\x02", gone.hour())));
  gone.client->finish_writing();
  CHECK(gone.loop.run(gone.server->accept_tls(&context, gone.hour())).error() == "the client closed the connection");

  Pair reset;
  reset.client->abort();
  CHECK(reset.loop.run(reset.server->accept_tls(&context, reset.hour())).error() ==
        "the connection broke: Connection reset by peer");
}

TEST_CASE("a server that does not speak TLS is told too", "[io]") {
  const TlsContext context = client_context();
  Pair pair;
  CHECK_FALSE(pair.loop.run(pair.server->write("220 mx.example.com\r\n", pair.hour())));
  CHECK(pair.loop.run(pair.client->connect_tls(&context, "mx.example.com", pair.hour())).error() ==
        "what the server sent is not TLS (wrong version number)");
}

TEST_CASE("a handshake is given up at its deadline", "[io]") {
  const TlsContext context = server_context();
  Pair pair;
  CHECK_FALSE(pair.loop.run(pair.client->write("\x16\x03\x01", pair.hour())));
  const TimePoint start = pair.loop.now();
  CHECK(pair.loop.run(pair.server->accept_tls(&context, pair.loop.after(30s))).error() ==
        "the handshake was not done in time");
  CHECK(pair.loop.now() - start == 30s);
}

TEST_CASE("a read that timed out can be tried again", "[io]") {
  TlsPair pair;
  CHECK(pair.loop.run(read_some(&*pair.server, pair.loop.after(5s))) == "error: Connection timed out");
  CHECK_FALSE(pair.loop.run(pair.client->write("late", pair.hour())));
  CHECK(pair.loop.run(read_some(&*pair.server, pair.hour())) == "late");
}

TEST_CASE("after a write that timed out in the middle of TLS nothing more is written", "[io]") {
  TlsPair pair;
  CHECK(pair.loop.run(pair.client->write(std::string(20'000'000, 'x'), pair.loop.after(5s))) == std::errc::timed_out);
  CHECK(pair.loop.run(pair.client->write("other", pair.loop.after(5s))) == std::errc::timed_out);
}

TEST_CASE("the end of a TLS stream and its being cut off are two things", "[io]") {
  TlsPair whole;
  whole.loop.run(whole.client->shutdown_tls(whole.hour()));
  CHECK(whole.loop.run(read_all(&*whole.server, whole.hour())).empty());

  TlsPair cut;
  CHECK_FALSE(cut.loop.run(cut.server->write("220 hello", cut.hour())));
  CHECK(cut.loop.run(read_some(&*cut.client, cut.hour())) == "220 hello");
  cut.client.reset();
  std::array<char, 10> buffer{};
  const auto end = cut.loop.run(cut.server->read_some(buffer, cut.hour()));
  REQUIRE_FALSE(end);
  CHECK(is_truncation(end.error()));
  CHECK(end.error().message() == "the connection was cut off in the middle of TLS, without close_notify");
}

TEST_CASE("a peer that has reset the connection is an error and not a signal", "[io]") {
  for (const bool with_tls : {false, true}) {
    Pair pair;
    if (with_tls) REQUIRE(shake_hands(pair, server_context(), client_context(), "mx.example.com").client);
    pair.client->abort();
    CHECK(pair.loop.run(read_some(&*pair.server, pair.hour())) == "error: Connection reset by peer");
    CHECK(pair.loop.run(pair.server->write("hello", pair.hour())));
    CHECK(pair.loop.run(pair.server->write("hello", pair.hour())));
  }
}

TEST_CASE("what waits on a connection that is aborted fails", "[io]") {
  TlsPair pair;
  TaskSet others(pair.loop);
  const auto abort_later = [](Pair* both) -> Task<void> {
    co_await sleep_until(&both->loop, both->loop.after(1s));
    both->server->abort();
  };
  const TimePoint start = pair.loop.now();
  others.start(abort_later(&pair));
  CHECK(pair.loop.run(read_some(&*pair.server, pair.hour())).starts_with("error: "));
  CHECK(pair.loop.now() - start == 1s);
}

TEST_CASE("a coroutine that is destroyed while it waits leaves nothing behind", "[io]") {
  TlsPair pair;
  const auto read_in_vain = [](Connection* from, Deadline until) -> Task<void> {
    static_cast<void>(co_await read_some(from, until));
  };
  {
    TaskSet waiting(pair.loop);
    waiting.start(read_in_vain(&*pair.server, pair.hour()));
    CHECK(waiting.size() == 1);
  }
  CHECK_FALSE(pair.loop.run(pair.client->write("hello", pair.hour())));
  CHECK(pair.loop.run(read_some(&*pair.server, pair.hour())) == "hello");
}

TEST_CASE("a server says what is wrong with its certificate and key", "[io]") {
  const Folder folder;
  const std::string certificate = folder.write("cert.pem", server_context().certificate_pem());
  const std::string nothing = folder.write("nothing.pem", "hello\n");
  const std::string other_key = folder.write("key.pem", R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2
OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r
1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G
-----END PRIVATE KEY-----
)");
  const std::string missing = folder.path("missing.pem");
  CHECK(error_of(TlsContext::server(missing, other_key)) == "cannot open `" + missing + "`: No such file or directory");
  CHECK(error_of(TlsContext::server(certificate, missing)) ==
        "cannot open `" + missing + "`: No such file or directory");
  CHECK(error_of(TlsContext::server(nothing, other_key)) ==
        "`" + nothing + "` has no certificate in PEM that can be used: no start line");
  CHECK(error_of(TlsContext::server(certificate, nothing))
            .starts_with("`" + nothing + "` has no private key in PEM that can be read without a passphrase"));
  CHECK(error_of(TlsContext::server(certificate, other_key)) ==
        "the key in `" + other_key + "` does not belong to the certificate in `" + certificate + "`");
  TlsClientOptions options;
  options.ca_file = nothing;
  CHECK(error_of(TlsContext::client(options)).starts_with("`" + nothing + "` has no certificates in PEM"));
}

TEST_CASE("a certificate is made only for what can be a host name", "[io]") {
  CHECK(error_of(TlsContext::self_signed("")) == "none");
  CHECK(error_of(TlsContext::self_signed(std::string(200, 'a') + ".example")) == "none");
  CHECK(error_of(TlsContext::self_signed("a,DNS:evil.example")) ==
        "`a,DNS:evil.example` is no name that a certificate can be for");
}
