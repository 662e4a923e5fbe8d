#pragma once

#include <envelint/io/endpoint.hpp>
#include <envelint/io/event_loop.hpp>
#include <envelint/io/tls.hpp>
#include <envelint/smtp/session.hpp>
#include <envelint/task/task.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace envelint::smtp {

using SessionId = std::uint64_t;

/// How long a client may take. RFC 5321 §4.5.3.2 wants five minutes for most of it.
struct ServerTimeouts {
  std::chrono::milliseconds command{std::chrono::minutes(5)};  ///< from a reply to the end of the next command
  std::chrono::milliseconds handshake{std::chrono::seconds(30)};
  std::chrono::milliseconds write{std::chrono::minutes(1)};  ///< to take the replies to what it has sent
  /// Within a message: in each such time so many octets have to come. Slower than this is no network, but somebody who
  /// holds a connection.
  std::chrono::milliseconds progress{std::chrono::minutes(1)};
  std::size_t least_octets = 6000;
};

struct ServerOptions {
  SessionOptions session;  ///< of each session; `tls` and what comes of a listener are filled in
  std::optional<io::TlsContext> tls;
  ServerTimeouts timeouts;
  std::size_t max_sessions = 10'000;
  /// Of clients that are not on this host: those share an address whoever they are.
  std::size_t max_sessions_per_address = 100;
  /// Octets of messages that are arriving or being judged, of all sessions. Who would need more is told 421.
  std::size_t max_held = std::size_t{512} << 20;
  SessionId first_session = 1;
};

/// Where a server listens.
struct ListenOptions {
  io::Endpoint endpoint;      ///< port 0: a free one
  bool implicit_tls = false;  ///< TLS at once (RFC 8314)
  bool lmtp = false;
};

/// A session that has begun.
struct SessionStart {
  SessionId id = 0;
  std::chrono::system_clock::time_point time;
  io::Endpoint peer;
  io::Endpoint local;
};

/// A session that is over.
struct SessionEnd {
  SessionStart start;
  std::chrono::system_clock::time_point time;
  Client client;  ///< as PROXY and XCLIENT told
  Hello hello = Hello::none;
  std::string hello_name;  ///< bytes of others
  std::optional<TlsInfo> tls;
  std::string why;  ///< a clause: `the client said goodbye`
  std::vector<TranscriptEntry> transcript;
  std::size_t messages = 0;  ///< that the handler took or refused
};

/// What is done with mail. Called on the loop's thread; nothing here may block it.
class Handler {
 public:
  virtual ~Handler() = default;

  virtual void session_started(const SessionStart& start) = 0;
  /// What to answer: a reply, or with LMTP one for each recipient. The client waits for it; other clients do not.
  [[nodiscard]] virtual task::Task<std::vector<Reply>> message(SessionId session, std::unique_ptr<Message> message) = 0;
  /// The session itself refused a message, and has said why.
  virtual void message_refused(SessionId session, MessageRefused refused) = 0;
  virtual void session_ended(SessionEnd end) = 0;
  /// False: no connection is taken until it is true again.
  [[nodiscard]] virtual bool ready() const { return true; }
};

/// A server for SMTP and LMTP (RFC 5321, RFC 2033): the sockets, clocks and limits around `Session`. It relays nothing
/// and does not look at what it receives. One thread and its loop serve all sessions.
class Server {
 public:
  /// `loop` and `handler` must outlive the server.
  Server(io::EventLoop& loop, Handler& handler, ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Takes connections from now on. @return where
  [[nodiscard]] std::expected<io::Endpoint, std::error_code> listen(ListenOptions options);

  /// Takes no more connections. Sessions go on.
  void stop_listening();
  /// The same, and clients are told 421 when they have the answer to what they have sent.
  void stop();
  /// Ends when no session is left, or the time is up. Those that are there when the server is destroyed are cut off;
  /// the handler is told of them too.
  [[nodiscard]] task::Task<void> ended(io::Deadline until);

  [[nodiscard]] std::size_t sessions() const noexcept;
  /// Octets of messages that are held now.
  [[nodiscard]] std::size_t held() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace envelint::smtp
