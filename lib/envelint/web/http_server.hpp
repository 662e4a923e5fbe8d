#pragma once

#include <envelint/io/endpoint.hpp>
#include <envelint/web/exchange.hpp>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <system_error>

namespace envelint::web {

/// An HTTP/1.1 server: cpp-httplib reads requests and writes responses, behind the guard and on connections of our own, on
/// a thread each. A connection is for one request, so that nothing that is left of one can be taken for the next.
class HttpServer {
 public:
  /// Looks at a request before its body is read. Called on any thread.
  /// @return what to answer at once, or nothing
  using Gate = std::function<std::optional<Reply>(const Request& head)>;
  /// Answers a request. Called on any thread.
  using Answer = std::function<Reply(const Request& request)>;

  /// Connections at once; further ones wait.
  static constexpr std::size_t kMostConnections = 512;

  HttpServer(Gate gate, Answer answer);
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;
  /// Ends all connections, and waits for those who answer. Whatever they wait for has to have ended before.
  ~HttpServer();

  /// Listens. Once.
  /// @return where, with the port that was free for port 0
  [[nodiscard]] std::expected<io::Endpoint, std::error_code> listen(const io::Endpoint& where);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace envelint::web
