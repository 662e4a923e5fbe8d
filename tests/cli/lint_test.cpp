#include <support/catch.hpp>

#include <cli/lint.hpp>
#include "run_command.hpp"

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace {

int status_of(std::vector<std::string> arguments) {
  return test::run_command(cli::add_lint, "lint", std::move(arguments)).status;
}

std::string zone(const std::string& name) {
  const char* root = std::getenv("ENVELINT_SOURCE_DIR");
  return std::string(root == nullptr ? "." : root) + "/records/zones/" + name + ".example.zone";
}

}  // namespace

TEST_CASE("the exit status says whether there are findings that count", "[cli][lint]") {
  CHECK(status_of({"--record", "v=spf1 mx -all"}) == 0);
  CHECK(status_of({"--record", "v=spf1 mx -al"}) == 1);
  CHECK(status_of({"--record", "v=spf1 mx"}) == 0);
  CHECK(status_of({"--record", "v=spf1 mx", "--fail-on", "warning"}) == 1);
  CHECK(status_of({"--record", "v=spf1 mx -al", "--fail-on", "never"}) == 0);
  CHECK(status_of({"--record", "v=spf1 mx -al", "--ignore", "SPF020"}) == 0);
}

TEST_CASE("a text that is no mail record is told so instead of being clean", "[cli][lint]") {
  CHECK(status_of({"--record", ""}) == 2);
  CHECK(status_of({"--record", " \t"}) == 2);
  CHECK(status_of({"--record", "hello world"}) == 2);
  CHECK(status_of({"--record", "example.com"}) == 2);
  CHECK(status_of({"--record", "hello world", "--fix"}) == 2);
  CHECK(status_of({"--record", "hello world", "--type", "txt"}) == 0);
  CHECK(status_of({"--record", "hello world", "--type", "spf"}) == 1);
}

TEST_CASE("names behind a zone file are the domains to look at", "[cli][lint]") {
  CHECK(status_of({"--zone", zone("broken")}) == 1);
  CHECK(status_of({"--zone", zone("broken"), "broken.example", "--select", "BIMI,SPF060"}) == 2);
  CHECK(status_of({"--zone", zone("broken"), "broken.example", "--select", "SPF060"}) == 0);
  CHECK(status_of({"--zone", zone("broken"), "support.broken.example", "--select", "SPF060"}) == 1);
  CHECK(status_of({"--zone", zone("healthy"), "--zone", zone("parked"), "--fail-on", "notice"}) == 0);
  CHECK(status_of({"--zone", zone("healthy"), "elsewhere.example"}) == 2);
  CHECK(status_of({"--zone", zone("none")}) == 2);
}
