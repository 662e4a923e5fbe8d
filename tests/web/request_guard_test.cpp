#include <support/catch.hpp>

#include <envelint/web/request_guard.hpp>

#include <string>

using namespace envelint;

namespace {

/// The status of the refusal, or 200.
int status_of(const std::string& head) {
  const auto guarded = web::guard(head);
  return guarded ? 200 : guarded.error().status;
}

std::string with_fields(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n"; }

std::string with_target(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

}  // namespace

TEST_CASE("What a browser sends is passed on, for a connection of one request") {
  const auto guarded = web::guard(
      "GET /api/v1/messages?query=dmarc%3Afail HTTP/1.1\r\nHost: localhost:8025\r\nUser-Agent: Test/1 (X; y)\r\n"
      "Accept: */*\r\nConnection: keep-alive\r\nAccept-Encoding: gzip, br\r\nRange: bytes=0-\r\nUpgrade: h2c\r\n\r\n");
  REQUIRE(guarded);
  CHECK(guarded->head ==
        "GET /api/v1/messages?query=dmarc%3Afail HTTP/1.1\r\nHost: localhost:8025\r\nUser-Agent: Test/1 (X; y)\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n");
  CHECK(guarded->body == 0);
}

TEST_CASE("A body has a length, and one only") {
  const auto guarded = web::guard("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 17\r\n\r\n");
  REQUIRE(guarded);
  CHECK(guarded->body == 17);
  CHECK(status_of(with_fields("Transfer-Encoding: chunked\r\n")) == 411);
  CHECK(status_of(with_fields("Content-Length: 1\r\nContent-Length: 1\r\n")) == 400);
  CHECK(status_of(with_fields("Content-Length: +1\r\n")) == 400);
  CHECK(status_of(with_fields("Content-Length: 1, 1\r\n")) == 400);
  CHECK(status_of(with_fields("Content-Length: \r\n")) == 400);
  CHECK(status_of(with_fields("Content-Length: 1048576\r\n")) == 200);
  CHECK(status_of(with_fields("Content-Length: 1048577\r\n")) == 413);
  CHECK(status_of(with_fields("Content-Length: 99999999999999999999999\r\n")) == 413);
  CHECK(status_of(with_fields("Content-Encoding: gzip\r\nContent-Length: 5\r\n")) == 415);
}

TEST_CASE("A head that can be read in two ways is refused") {
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(status_of(with_fields("Host: other\r\n")) == 400);
  CHECK(status_of(with_fields("X: a\r\n folded\r\n")) == 400);
  CHECK(status_of(with_fields("X : a\r\n")) == 400);
  CHECK(status_of(with_fields("X: a\nHost: other\r\n")) == 400);
  CHECK(status_of(with_fields("X: a\rY\r\n")) == 400);
  CHECK(status_of(with_fields(std::string("X: a\0b\r\n", 8))) == 400);
  CHECK(status_of(with_fields("no field\r\n")) == 400);
  CHECK(status_of(with_fields("X: \xC3\xA9\r\n")) == 400);
  CHECK(status_of("GET / HTTP/1.1\r\nHost: localhost\r\n") == 400);
}

TEST_CASE("A request line is a method, a path and a version") {
  CHECK(status_of(with_target("/")) == 200);
  CHECK(status_of(with_target("http://localhost/")) == 400);
  CHECK(status_of(with_target("*")) == 400);
  CHECK(status_of(with_target("/a b")) == 400);
  CHECK(status_of(with_target("/\x7F")) == 400);
  CHECK(status_of("GET /\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
  CHECK(status_of("G(T / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  CHECK(status_of("\r\n\r\n") == 400);
  CHECK(status_of("") == 400);
}

TEST_CASE("Everything in a head has an end") {
  CHECK(status_of(with_target("/" + std::string(web::kMaxTarget - 1, 'a'))) == 200);
  CHECK(status_of(with_target("/" + std::string(web::kMaxTarget, 'a'))) == 414);
  std::string fields;
  for (std::size_t i = 1; i < web::kMaxFields; ++i) fields += "X: a\r\n";
  CHECK(status_of(with_fields(fields)) == 200);
  CHECK(status_of(with_fields(fields + "X: a\r\n")) == 431);
  CHECK(status_of(with_fields("X: " + std::string(web::kMaxHead, 'a') + "\r\n")) == 431);
}

TEST_CASE("A method that the library does not know gets no further") {
  const auto status = [](const std::string& method) { return status_of(method + " / HTTP/1.1\r\nHost: a\r\n\r\n"); };
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
    CHECK(status(method) == 200);
  }
  for (const std::string method : {"PROPFIND", "get", "GETS", "PRI", "CONNECT", "M-SEARCH"}) {
    INFO(method);
    CHECK(status(method) == 501);
  }
}
