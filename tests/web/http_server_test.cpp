#include <support/catch.hpp>

#include <envelint/io/socket.hpp>
#include <envelint/web/http_server.hpp>
#include <envelint/web/request_guard.hpp>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

using namespace envelint;

namespace {

/// All that a server answers to these octets, until it closes.
std::string answer_to(const io::Endpoint& server, std::string_view octets) {
  const auto socket = io::connect_tcp(server);
  REQUIRE(socket);
  pollfd one{socket->number(), POLLOUT, 0};
  REQUIRE(::poll(&one, 1, 60'000) == 1);
  REQUIRE(::send(socket->number(), octets.data(), octets.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(octets.size()));
  std::string out;
  std::array<char, 4096> block{};
  for (one.events = POLLIN; ::poll(&one, 1, 60'000) == 1;) {
    const auto got = ::recv(socket->number(), block.data(), block.size(), 0);
    if (got <= 0) break;
    out.append(block.data(), static_cast<std::size_t>(got));
  }
  return out;
}

std::string body_of(const std::string& response) { return response.substr(response.find("\r\n\r\n") + 4); }

web::Reply told(const web::Request& request) {
  web::Reply reply;
  reply.type = "text/plain";
  reply.body = request.method + " " + request.path;
  for (const auto& [name, value] : request.query) reply.body += " " + name + "=" + value;
  if (!request.body.empty()) reply.body += " " + request.body;
  return reply;
}

/// A server that refuses nothing and tells what was asked of it.
struct Echo {
  web::HttpServer server{[](const web::Request&) -> std::optional<web::Reply> { return std::nullopt; }, told};
  io::Endpoint where = *server.listen({*net::Address::parse("127.0.0.1"), 0});
};

}  // namespace

TEST_CASE("A request is answered, decoded, and the connection ends") {
  Echo echo;
  const std::string response = answer_to(echo.where, "GET /a%20b?x=%3Cy%3E&z HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(response.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(response.contains("Connection: close\r\n"));
  CHECK(body_of(response) == "GET /a b x=<y> z=");
}

TEST_CASE("What follows a request is not another one") {
  Echo echo;
  const std::string second = "GET /second HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(body_of(answer_to(echo.where, "GET /first HTTP/1.1\r\nHost: a\r\n\r\n" + second)) == "GET /first");
  CHECK(body_of(answer_to(echo.where, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody" + second)) ==
        "POST / body");
}

TEST_CASE("A path as long as one may be is answered, with a body too") {
  Echo echo;
  const std::string path = "/" + std::string(2040, 'a');
  CHECK(body_of(answer_to(echo.where, "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nb")) ==
        "POST " + path + " b");
}

TEST_CASE("What the guard refuses is refused with its status") {
  Echo echo;
  const std::string response = answer_to(echo.where, "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n");
  CHECK(response.starts_with("HTTP/1.1 411 "));
  CHECK(body_of(response) == R"({"error":{"code":"bad_request","message":"A body needs a Content-Length."}})");
  CHECK(answer_to(echo.where, "GET / HTTP/1.1\r\n" + std::string(web::kMaxHead, 'a')).starts_with("HTTP/1.1 431 "));
}

TEST_CASE("A gate refuses before the body is read") {
  web::HttpServer server([](const web::Request&) { return web::error_reply(403, "No."); }, told);
  const auto where = server.listen({*net::Address::parse("127.0.0.1"), 0});
  REQUIRE(where);
  CHECK(
      answer_to(*where, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n").starts_with("HTTP/1.1 403 "));
}

TEST_CASE("What takes long is told piece by piece") {
  web::HttpServer server([](const web::Request&) -> std::optional<web::Reply> { return std::nullopt; },
                         [](const web::Request&) {
                           web::Reply reply;
                           reply.stream = [count = 0](const web::Sink& sink) mutable {
                             (void)sink(std::to_string(++count));
                             return count < 3;
                           };
                           return reply;
                         });
  const auto where = server.listen({*net::Address::parse("127.0.0.1"), 0});
  REQUIRE(where);
  CHECK(body_of(answer_to(*where, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")) == "1\r\n1\r\n1\r\n2\r\n1\r\n3\r\n0\r\n\r\n");
}

TEST_CASE("A defect in an answer is an answer") {
  web::HttpServer server([](const web::Request&) -> std::optional<web::Reply> { return std::nullopt; },
                         [](const web::Request&) -> web::Reply { throw std::runtime_error("secret"); });
  const auto where = server.listen({*net::Address::parse("127.0.0.1"), 0});
  REQUIRE(where);
  const std::string response = answer_to(*where, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(response.starts_with("HTTP/1.1 500 "));
  CHECK_FALSE(response.contains("secret"));
}

TEST_CASE("Many at once are all answered") {
  Echo echo;
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 200; ++i) {
    answers.push_back(std::async(std::launch::async,
                                 [&] { return body_of(answer_to(echo.where, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")); }));
  }
  for (auto& answer : answers) CHECK(answer.get() == "GET /x");
}

TEST_CASE("A server that ends lets go of those who say nothing") {
  io::FileDescriptor silent;
  {
    Echo echo;
    silent = *io::connect_tcp(echo.where);
    // Answered behind the silent one, so that this is with the server.
    CHECK(body_of(answer_to(echo.where, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n")) == "GET /x");
  }
  pollfd one{silent.number(), POLLIN, 0};
  CHECK(::poll(&one, 1, 60'000) == 1);
}
