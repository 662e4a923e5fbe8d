#include <support/catch.hpp>

#include <cli/lint.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

namespace {

int status_of(std::vector<std::string> arguments) {
  CLI::App app;
  int status = -1;
  cli::add_lint(app, status);
  arguments.insert(arguments.begin(), "lint");
  std::ranges::reverse(arguments);  // CLI11 takes them from the back
  std::ostringstream shown;
  std::streambuf* const screen = std::cout.rdbuf(shown.rdbuf());
  app.parse(arguments);
  std::cout.rdbuf(screen);
  return status;
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
