#include <envelint/web/http_server.hpp>

#include <envelint/io/file_descriptor.hpp>
#include <envelint/io/socket.hpp>
#include <envelint/text/ascii.hpp>
#include <envelint/web/connection.hpp>
#include <envelint/web/workers.hpp>

#include <fmt/format.h>
#include <httplib.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace envelint::web {
namespace {

Request request_of(const httplib::Request& from) {
  Request out;
  out.method = from.method == "HEAD" ? "GET" : from.method;
  out.path = from.path;
  out.query.assign(from.params.begin(), from.params.end());
  for (const auto& [name, value] : from.headers) out.header.emplace(text::lower(name), value);
  out.body = from.body;
  return out;
}

/// The library asks for more until it is told that nothing follows.
auto provider_of(std::function<bool(const Sink&)> stream) {
  return [stream = std::move(stream)](std::size_t, httplib::DataSink& to) {
    bool taken = true;
    const bool more = stream([&](std::string_view octets) {
      taken = taken && to.write(octets.data(), octets.size());
      return taken;
    });
    if (taken && !more) to.done();
    return taken;
  };
}

void put(Reply reply, httplib::Response& to) {
  to.status = reply.status;
  for (auto& [name, value] : reply.header) to.set_header(name, value);
  if (reply.stream) {
    to.set_chunked_content_provider(reply.type, provider_of(std::move(reply.stream)));
  } else {
    to.set_content(reply.body, reply.type);
  }
}

/// A connection as the library reads and writes it.
class Wire : public httplib::Stream {
 public:
  explicit Wire(Connection& connection) : connection_(connection) {}

  // What is there can be read, and if nothing comes reading ends by itself.
  [[nodiscard]] bool is_readable() const override { return true; }
  [[nodiscard]] bool is_writable() const override { return connection_.is_writable(); }
  ssize_t read(char* to, std::size_t size) override { return static_cast<ssize_t>(connection_.read(to, size)); }
  ssize_t write(const char* octets, std::size_t size) override {
    return connection_.write({octets, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  [[nodiscard]] socket_t socket() const override { return connection_.number(); }

 private:
  Connection& connection_;
};

/// The library without its sockets and threads.
class Library : public httplib::Server {
 public:
  Library(const HttpServer::Gate& gate, const HttpServer::Answer& answer) {
    // It is here that a request is answered which needs no body: patterns of the library recurse on what they match.
    set_pre_routing_handler([&](const httplib::Request& from, httplib::Response& to) {
      const Request request = request_of(from);
      auto refused = gate(request);
      const bool has_body = from.has_header("Content-Length") && from.get_header_value("Content-Length") != "0";
      if (!refused && has_body) return HandlerResponse::Unhandled;
      put(refused ? *std::move(refused) : answer(request), to);
      return HandlerResponse::Handled;
    });
    const Handler with_body = [&](const httplib::Request& from, httplib::Response& to) {
      put(answer(request_of(from)), to);
    };
    const std::string any = R"([\s\S]*)";
    Post(any, with_body).Put(any, with_body).Patch(any, with_body).Delete(any, with_body);
    set_exception_handler([](const httplib::Request&, httplib::Response& to, const std::exception_ptr&) {
      put(error_reply(500, "This could not be answered: it is a defect of envelint."), to);
    });
  }

  void start(int listener) { svr_sock_ = listener; }
  /// Whoever still writes stops.
  void stop_writing() { svr_sock_ = INVALID_SOCKET; }

  void serve(Connection& connection) {
    Wire wire(connection);
    bool closed = false;
    process_request(wire, true, closed, nullptr);
  }
};

/// For what the library never sees.
void write_refusal(Connection& connection, const Refusal& refusal) {
  const Reply reply = error_reply(refusal.status, refusal.why);
  (void)connection.write(fmt::format(
      "HTTP/1.1 {} Refused\r\nContent-Type: {}\r\nContent-Length: {}\r\nX-Content-Type-Options: nosniff\r\n"
      "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox\r\n"
      "Connection: close\r\n\r\n{}",
      reply.status, reply.type, reply.body.size(), reply.body));
}

}  // namespace

class HttpServer::State {
 public:
  State(Gate gate, Answer answer)
      : gate_(std::move(gate)),
        answer_(std::move(answer)),
        library_(gate_, answer_),
        ended_(::eventfd(0, EFD_CLOEXEC)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    close_all();
    const std::uint64_t one = 1;
    (void)!::write(ended_.number(), &one, sizeof one);
    if (acceptor_.joinable()) acceptor_.join();
  }  // and the workers end

  std::expected<io::Endpoint, std::error_code> listen(const io::Endpoint& where) {
    auto listener = io::listen_tcp(where);
    if (!listener) return std::unexpected(listener.error());
    auto endpoint = io::local_endpoint(listener->number());
    if (!endpoint) return endpoint;
    listener_ = *std::move(listener);
    library_.start(listener_.number());
    acceptor_ = std::thread([this] { accept_all(); });
    return endpoint;
  }

 private:
  void accept_all() {
    for (;;) {
      pollfd both[] = {{listener_.number(), POLLIN, 0}, {ended_.number(), POLLIN, 0}};
      if (::poll(both, 2, -1) < 0 && errno != EINTR) return;
      if (both[1].revents != 0) return;
      if ((both[0].revents & POLLIN) == 0) continue;
      auto socket = io::accept_tcp(listener_.number());
      if (socket) {
        give(*std::move(socket));
      } else if (socket.error() == std::errc::too_many_files_open) {
        // It would say so again at once; the next may end meanwhile.
        (void)::poll(&both[1], 1, 50);
      }
    }
  }

  void close_all() {
    library_.stop_writing();
    const std::scoped_lock lock(mutex_);
    closing_ = true;
    for (const int socket : open_) ::shutdown(socket, SHUT_RDWR);
  }

  void give(io::FileDescriptor socket) {
    const auto connection = std::make_shared<Connection>(std::move(socket));
    // Without a thread for it the client sees the connection end.
    (void)workers_.give([this, connection] { serve(*connection); });
  }

  void serve(Connection& connection) {
    {
      const std::scoped_lock lock(mutex_);
      if (closing_) return;
      open_.insert(connection.number());
    }
    const auto head = connection.read_head();
    if (head) {
      library_.serve(connection);
    } else if (head.error().status != 0) {
      write_refusal(connection, head.error());
    }
    connection.finish();
    const std::scoped_lock lock(mutex_);
    open_.erase(connection.number());
  }

  Gate gate_;
  Answer answer_;
  Library library_;
  io::FileDescriptor ended_;
  io::FileDescriptor listener_;
  std::mutex mutex_;
  std::set<int> open_;
  bool closing_ = false;
  std::thread acceptor_;
  Workers workers_{kMostConnections};  // last: what they do refers to all above
};

HttpServer::HttpServer(Gate gate, Answer answer)
    : state_(std::make_unique<State>(std::move(gate), std::move(answer))) {}
HttpServer::~HttpServer() = default;

std::expected<io::Endpoint, std::error_code> HttpServer::listen(const io::Endpoint& where) {
  return state_->listen(where);
}

}  // namespace envelint::web
