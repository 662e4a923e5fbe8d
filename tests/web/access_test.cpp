#include <support/catch.hpp>

#include <envelint/web/access.hpp>

#include <map>
#include <string>

using namespace envelint;
using web::Request;

namespace {

constexpr const char* kToken = "0123456789abcdef";

web::Access open_access() { return web::Access({kToken, false, {"mail.example"}}); }
web::Access closed_access() { return web::Access({kToken, true, {}}); }

Request request(const std::string& method, const std::string& path, std::map<std::string, std::string> header = {}) {
  Request out;
  out.method = method;
  out.path = path;
  out.header = std::move(header);
  out.header.try_emplace("host", "localhost:8025");
  return out;
}

int status_of(const web::Access& access, const Request& request) {
  const auto reply = access.check(request);
  return reply ? reply->status : 200;
}

std::string field_of(const web::Reply& reply, const std::string& name) {
  for (const auto& [key, value] : reply.header) {
    if (key == name) return value;
  }
  return "";
}

}  // namespace

TEST_CASE("A host name of others leads nowhere, so that DNS rebinding does not either") {
  const auto status = [](const std::string& host) {
    return status_of(open_access(), request("GET", "/api/v1/messages", {{"host", host}}));
  };
  CHECK(status("localhost:8025") == 200);
  CHECK(status("LOCALHOST") == 200);
  CHECK(status("127.0.0.1:8025") == 200);
  CHECK(status("[::1]:8025") == 200);
  CHECK(status("192.0.2.1:8025") == 200);
  CHECK(status("mail.example:8025") == 200);
  CHECK(status("evil.example:8025") == 403);
  CHECK(status("localhost.evil.example") == 403);
  CHECK(status("127.0.0.1.evil.example") == 403);
  CHECK(status("evil.example:localhost") == 403);
  CHECK(status("[::1].evil.example") == 403);
  CHECK(status("[::1") == 403);
  CHECK(status("") == 403);
}

TEST_CASE("A page of others cannot have a browser ask") {
  const auto status = [](std::map<std::string, std::string> header, const std::string& path = "/api/v1/messages") {
    return status_of(open_access(), request("GET", path, std::move(header)));
  };
  CHECK(status({{"origin", "http://localhost:8025"}}) == 200);
  CHECK(status({{"origin", "https://localhost:8025"}}) == 200);
  CHECK(status({{"origin", "http://localhost:8026"}}) == 403);
  CHECK(status({{"origin", "http://evil.example"}}) == 403);
  CHECK(status({{"origin", "null"}}) == 403);
  CHECK(status({{"sec-fetch-site", "same-origin"}}) == 200);
  CHECK(status({{"sec-fetch-site", "none"}}) == 200);
  CHECK(status({{"sec-fetch-site", "cross-site"}}) == 403);
  CHECK(status({{"sec-fetch-site", "same-site"}}) == 403);
  CHECK(status({{"sec-fetch-site", "cross-site"}}, "/messages/7") == 200);  // a link
}

TEST_CASE("What changes something needs the token in a field, which no form can send") {
  const auto status = [](std::map<std::string, std::string> header) {
    return status_of(open_access(), request("DELETE", "/api/v1/messages/7", std::move(header)));
  };
  CHECK(status({}) == 403);
  CHECK(status({{"x-envelint-token", "0123456789abcdeX"}}) == 403);
  CHECK(status({{"x-envelint-token", ""}}) == 403);
  CHECK(status({{"cookie", "envelint_token=0123456789abcdef"}}) == 403);
  CHECK(status({{"x-envelint-token", kToken}}) == 200);
  CHECK(status({{"authorization", "Bearer 0123456789abcdef"}}) == 200);
  CHECK(status({{"authorization", "Basic 0123456789abcdef"}}) == 403);
  CHECK(status({{"x-envelint-token", kToken}, {"origin", "http://evil.example"}}) == 403);
  CHECK(status({{"x-envelint-token", kToken}, {"sec-fetch-site", "cross-site"}}) == 403);
}

TEST_CASE("Where others can connect, reading needs the token too") {
  const auto status = [](const std::string& path, std::map<std::string, std::string> header) {
    return status_of(closed_access(), request("GET", path, std::move(header)));
  };
  CHECK(status("/", {}) == 401);
  CHECK(status("/page/app.js", {}) == 401);
  CHECK(status("/api/v1/messages", {}) == 401);
  CHECK(status("/api/v1/messages", {{"cookie", "a=b; envelint_token=0123456789abcdef"}}) == 200);
  CHECK(status("/api/v1/messages", {{"cookie", "a=b; envelint_token=0123456789abcdeX"}}) == 401);
  CHECK(status("/api/v1/messages", {{"authorization", "bearer 0123456789abcdef"}}) == 200);
}

TEST_CASE("The token in the address becomes a cookie that no script can read") {
  Request asked = request("GET", "/messages/7");
  asked.query.emplace_back("token", kToken);
  const auto reply = closed_access().check(asked);
  REQUIRE(reply);
  CHECK(reply->status == 303);
  CHECK(field_of(*reply, "Location") == "/messages/7");
  CHECK(field_of(*reply, "Set-Cookie") == "envelint_token=0123456789abcdef; Path=/; HttpOnly; SameSite=Strict");

  asked.path = "//evil.example";
  CHECK(field_of(*closed_access().check(asked), "Location") == "/");
  asked.path = "/\r\nSet-Cookie: a=b";
  CHECK(field_of(*closed_access().check(asked), "Location") == "/");
  asked.query.front().second = "wrong";
  CHECK(status_of(closed_access(), asked) == 401);
}

TEST_CASE("A token of our own is long, and never the same") {
  CHECK(web::random_token().size() == 32);
  CHECK(web::random_token() != web::random_token());
}
