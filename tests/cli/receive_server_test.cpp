#include <cli/receive_server.hpp>

#include <support/catch.hpp>

#include <string>

using namespace cli;

namespace {

ReceiveServerOptions with_users(const std::string& path) {
  ReceiveServerOptions options;
  options.hostname = "mx.example";
  options.no_tls = true;
  options.auth = path;
  return options;
}

}  // namespace

TEST_CASE("a file of users that has no end is refused", "[cli][receive][hazard]") {
  CHECK(plan_server(with_users("/dev/zero")).error() == "/dev/zero: it is too large for a file of users");
}

TEST_CASE("a file of users that is not there, or is empty, is told", "[cli][receive]") {
  CHECK(plan_server(with_users("/nowhere/users")).error() == "/nowhere/users: it cannot be read");
  CHECK(plan_server(with_users("/dev/null")).error() == "/dev/null: it names no users");
}
